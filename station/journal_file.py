"""The journal's file: its schema, its rows, how it is opened and how it is found sound."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

from station import chain
from station.errors import ChainError, JournalBusyError, JournalError
from station.tap import decode

SCHEMA_VERSION: Final = 1
TAIL_ROWS: Final = 2_000
"""How much of the chain is verified at every open."""

_FULL = 2
_BUSY_S = 5.0

SCHEMA: Final = (
    """CREATE TABLE entry (
        epoch INT NOT NULL, seq INT NOT NULL, body BLOB NOT NULL, h BLOB NOT NULL,
        PRIMARY KEY (epoch, seq)
    ) STRICT""",
    """CREATE TABLE epoch (
        epoch INT PRIMARY KEY, genesis BLOB NOT NULL, opened_boot INT NOT NULL, closed_reason TEXT
    ) STRICT""",
    """CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END""",
    """CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END""",
    # INSERT OR REPLACE would delete without asking the trigger above.
    """CREATE TRIGGER entry_is_never_replaced BEFORE INSERT ON entry
    WHEN EXISTS (SELECT 1 FROM entry WHERE epoch = NEW.epoch AND seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'an entry is never replaced'); END""",
    """CREATE TRIGGER epoch_is_only_closed BEFORE UPDATE ON epoch
    WHEN OLD.closed_reason IS NOT NULL OR NEW.epoch IS NOT OLD.epoch
      OR NEW.genesis IS NOT OLD.genesis OR NEW.opened_boot IS NOT OLD.opened_boot
    BEGIN SELECT RAISE(ABORT, 'an epoch is never changed, only closed once'); END""",
    """CREATE TRIGGER epoch_is_never_deleted BEFORE DELETE ON epoch
    BEGIN SELECT RAISE(ABORT, 'an epoch is never deleted'); END""",
    """CREATE TRIGGER epoch_is_never_replaced BEFORE INSERT ON epoch
    WHEN EXISTS (SELECT 1 FROM epoch WHERE epoch = NEW.epoch)
    BEGIN SELECT RAISE(ABORT, 'an epoch is never replaced'); END""",
)


class Head(NamedTuple):
    """The newest entry of an epoch: its sequence number and its hash."""

    epoch: int
    seq: int
    h: bytes


class Row(NamedTuple):
    """One stored entry: its sequence number, its exact bytes and its hash."""

    seq: int
    body: bytes
    h: bytes


def lock(path: Path) -> int:
    """Return a descriptor that keeps every other writer out until it is closed."""
    try:
        descriptor = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        msg = f"{path.parent}: the journal's folder cannot be written ({error.strerror}); correct state_dir"
        raise JournalError(msg) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        msg = f"{path}: another station process is writing this journal; stop it first"
        raise JournalBusyError(msg) from error
    return descriptor


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open the file for its one writer, durable and owned by nobody else.

    Raises JournalError unless SQLite confirms write-ahead logging and one flush per commit.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        msg = f"{path}: the journal cannot be opened ({error}); check the disk and its rights"
        raise JournalError(msg) from error
    try:
        _assert_durable(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the file without the right to change it."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version, 0 for an empty file; raises JournalError for one not known."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, SCHEMA_VERSION):
        msg = f"{path}: journal schema {version} is not known here; install the software that wrote it"
        raise JournalError(msg)
    return int(version)


def newest(connection: sqlite3.Connection, epoch: int | None = None) -> tuple[Head, bytes] | None:
    """Return the head and the head's body of an epoch, of the youngest epoch when none is named."""
    if epoch is None:
        found = connection.execute("SELECT epoch FROM epoch ORDER BY rowid DESC LIMIT 1").fetchone()
        if found is None:
            return None
        epoch = found[0]
    row = connection.execute(
        "SELECT seq, h, body FROM entry WHERE epoch = ? ORDER BY seq DESC LIMIT 1", (epoch,)
    ).fetchone()
    return None if row is None else (Head(epoch, row[0], row[1]), row[2])


def rows_after(connection: sqlite3.Connection, epoch: int, after_seq: int, limit: int) -> list[Row]:
    """Return up to `limit` rows of an epoch that follow `after_seq`, in order."""
    cursor = connection.execute(
        "SELECT seq, body, h FROM entry WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
        (epoch, after_seq, limit),
    )
    return [Row(*row) for row in cursor]


def verify_tail(connection: sqlite3.Connection, head: Head, path: Path) -> None:
    """Raise JournalError unless the newest entries are gap-free and their chain holds."""
    after = max(0, head.seq - TAIL_ROWS)
    before = rows_after(connection, head.epoch, after - 1, 1) if after else []
    rows = rows_after(connection, head.epoch, after, TAIL_ROWS)
    if [row.seq for row in rows] != list(range(after + 1, head.seq + 1)):
        msg = f"{path}: entries are missing before sequence {head.seq}; keep the file and call for salvage"
        raise JournalError(msg)
    try:
        chain.verify(before[0].h if before else chain.START, ((row.body, row.h) for row in rows))
    except ChainError as error:
        seq = after + 1 + error.index
        msg = f"{path}: entry {seq} was changed after it was written; keep the file and call for salvage"
        raise JournalError(msg) from error


def verify_owner(connection: sqlite3.Connection, head: Head, owner: tuple[str, str], path: Path) -> None:
    """Raise JournalError unless the epoch was begun by this `(station, school)`."""
    payload = decode(rows_after(connection, head.epoch, 0, 1)[0].body).payload
    found = (payload.get("station"), payload.get("school")) if isinstance(payload, dict) else None
    if found != owner:
        msg = f"{path}: this journal is of {found}, not of {owner}; correct station, school or state_dir"
        raise JournalError(msg)


def _assert_durable(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    except sqlite3.Error as error:
        msg = f"{path}: this is no journal, or it is damaged ({error}); keep the file and call for salvage"
        raise JournalError(msg) from error
    if (mode, synchronous) != ("wal", _FULL):
        msg = f"{path}: SQLite gives {mode}/{synchronous} where wal/{_FULL} is needed; use a local disk"
        raise JournalError(msg)
