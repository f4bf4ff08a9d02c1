"""The tables of a journal's file, the guards that keep them insert-only, and the versions there were."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from station.errors import JournalDamagedError, JournalError

SCHEMA_VERSION: Final = 2
KNOWN_VERSIONS: Final = frozenset({1, SCHEMA_VERSION})
"""Version 1 kept its entries in a table with a rowid and in larger pages; all else is the same."""
SCHEMA: Final = (
    """CREATE TABLE entry (
        epoch INT NOT NULL, seq INT NOT NULL, body BLOB NOT NULL, h BLOB NOT NULL,
        PRIMARY KEY (epoch, seq)
    ) STRICT, WITHOUT ROWID""",
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


def write_schema(connection: sqlite3.Connection) -> None:
    """Make the tables and their guards; part of the caller's transaction."""
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version, 0 for an empty file.

    Raises JournalError for a version not known, JournalDamagedError for tables without one.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version and version not in KNOWN_VERSIONS:
        msg = f"{path}: journal schema {version} is not known here; install the software that wrote it"
        raise JournalError(msg)
    if not version and connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        msg = f"{path}: the journal has lost its schema version; keep the file and call for salvage"
        raise JournalDamagedError(msg)
    return int(version)
