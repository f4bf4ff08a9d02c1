"""The tables of evidence.sqlite, and opening that file so that a commit is durable."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from central.errors import ConfigError, UnavailableError

VERSION: Final = 3
_FULL: Final = 2

# No secondary index: the one on the natural key costs little, a second one would cost five times the insert.
_TABLES: Final = """
CREATE TABLE batch (
  srv_seq INTEGER PRIMARY KEY,
  station TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,   -- the first entry this row adds; its bytes may begin earlier
  last_seq INTEGER NOT NULL,
  last_h BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL,          -- the gzip body exactly as received
  digest BLOB NOT NULL,         -- SHA-256 of bytes
  answer BLOB NOT NULL,
  UNIQUE (station, epoch, first_seq)
) STRICT;
CREATE TABLE epoch (
  station TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  registered_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  prev_epoch INTEGER,
  PRIMARY KEY (station, epoch)
) STRICT;
CREATE TABLE station_head (
  station TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  h BLOB NOT NULL,
  token TEXT,
  inc TEXT NOT NULL,
  PRIMARY KEY (station, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE replay (
  station TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  sync_no INTEGER NOT NULL,
  nonce TEXT NOT NULL,
  request_digest BLOB NOT NULL,
  srv_seq INTEGER,              -- the batch that holds the answer, where the request added one
  answer BLOB,                  -- the answer of any other request, for as long as somebody may ask again
  PRIMARY KEY (station, epoch, sync_no, nonce)
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  station TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  reason TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  digest BLOB NOT NULL UNIQUE
) STRICT;
"""
# What a station signed under one revision of the certificate of its day.
_COUNTERSIGNATURE: Final = """
CREATE TABLE countersignature (
  station TEXT NOT NULL,
  day TEXT NOT NULL,            -- 2026-11-20, at the school
  sha256 TEXT NOT NULL,         -- of the note's text, which both sides signed
  received_ms INTEGER NOT NULL,
  signed TEXT NOT NULL,         -- the Signed object as JSON text
  PRIMARY KEY (station, day, sha256)
) STRICT, WITHOUT ROWID;
"""
# Keys stations brought. The first key under a token is the only one, whatever else happens at that moment.
_KEYS: Final = """
CREATE TABLE enrolment (
  token TEXT PRIMARY KEY,       -- SHA-256 of the token, hex
  station TEXT NOT NULL,
  kid TEXT NOT NULL,
  public TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE enrolment_refusal (
  id INTEGER PRIMARY KEY,
  station TEXT NOT NULL,        -- as the request named it
  token TEXT NOT NULL,
  kid TEXT NOT NULL,
  reason TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  UNIQUE (token, kid, reason)
) STRICT;
CREATE TABLE rotation (
  station TEXT NOT NULL,
  kid TEXT NOT NULL,
  public TEXT NOT NULL,
  after_kid TEXT NOT NULL,      -- the key that signed for it
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (station, kid)
) STRICT, WITHOUT ROWID;
"""
LONGEST_LOG_PAGES: Final = 16_384
_KEPT_FOREVER: Final = ("batch", "epoch", "quarantine")
_REFUSAL: Final = """
CREATE TRIGGER {table}_{verb}_refused BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Open the evidence for writing, founding it when the file is new.

    The caller holds the lock. Raises UnavailableError when the file cannot be used or would not keep
    what it confirms, ConfigError when a newer program made it.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None)
    except sqlite3.Error as error:
        msg = f"{path} cannot be opened ({error}); see whether its folder exists and may be written"
        raise UnavailableError(msg) from error
    try:
        _make_durable(connection, path)
        _bring_up(connection, path)
    except sqlite3.Error as error:
        connection.close()
        msg = f"{path} cannot be used ({error}); look at the disk and at the file's rights"
        raise UnavailableError(msg) from error
    except Exception:
        connection.close()
        raise
    return connection


def _make_durable(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous=FULL")
    # Moving the log into the file makes everybody wait: left to moments of rest, and done anyway at 64 MiB.
    connection.execute(f"PRAGMA wal_autocheckpoint={LONGEST_LOG_PAGES}")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, synchronous) != ("wal", _FULL):
        msg = f"{path} would lose what it confirms (journal {mode}, sync {synchronous}); use a local disk"
        raise UnavailableError(msg)


def _bring_up(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version > VERSION:
        msg = (
            f"{path} was made by a newer rollbook (schema {version}, known here {VERSION}); upgrade rollbook"
        )
        raise ConfigError(msg)
    steps = [
        _TABLES + _refusals(_KEPT_FOREVER),
        _COUNTERSIGNATURE + _refusals(["countersignature"]),
        _KEYS + _refusals(["enrolment", "enrolment_refusal", "rotation"]),
    ]
    todo = "".join(steps[version:])
    connection.executescript(f"BEGIN; {todo} PRAGMA user_version={VERSION}; COMMIT;")


def _refusals(tables: Iterable[str]) -> str:
    return "".join(
        _REFUSAL.format(table=table, verb=verb) for table in tables for verb in ("UPDATE", "DELETE")
    )
