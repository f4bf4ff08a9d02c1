"""The journal's file: its schema, its rows, how it is opened and how it is found sound."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from station.errors import JournalBusyError, JournalDamagedError, JournalError, JournalFullError
from station.journal.schema import write_schema

TAIL_ROWS: Final = 2_000
"""How much of the chain is verified at every open."""

# An entry fills an eighth of such a page, and a commit writes whole pages.
_PAGE_BYTES = 1024
WAL_BYTES: Final = 1024 * 1024
"""The size the write-ahead log is given at once: a file that grows costs its file system a commit more."""

_INSERT = "INSERT INTO entry (epoch, seq, body, h) VALUES (?, ?, ?, ?)"

# Carried into the file before that size is reached, should no quieter moment come.
_WAL_PAGES = 900
# Written in small steps: a file system may count a large step as written whole at each later touch.
_STEP_BYTES = 4096
_FULL = 2
_BUSY_S = 5.0
_NO_ROOM_BYTES = 64 * 1024


_SALVAGED = ".salvaged"


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


def salvaged_beside(path: Path) -> Path:
    """Return where the new file of a salvage lies once it is finished, until it takes the journal's place."""
    return path.with_name(path.name + _SALVAGED)


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
        # Never a file that is there: closing it would end the locks this process has on it (fcntl(2)).
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        connection.text_factory = _text
    except (OSError, sqlite3.Error) as error:
        raise refusal(error, path) from error
    try:
        _assert_durable(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def create(path: Path) -> sqlite3.Connection:
    """Make a new, empty, durable journal file and return its writer's connection.

    Raises JournalError when a journal is there already.
    """
    connection = connect_to_write(path)
    try:
        with transaction(connection):
            write_schema(connection)
    except sqlite3.Error as error:
        connection.close()
        raise refusal(error, path) from error
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the file without the right to change it."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
    connection.text_factory = _text
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Store what happens inside durably, all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back after some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def add_epoch(
    connection: sqlite3.Connection, epoch: int, genesis_h: bytes, opened_boot: int, closed_reason: str | None
) -> None:
    """Begin an epoch, younger than all before it; part of the caller's transaction."""
    connection.execute(
        "INSERT INTO epoch (epoch, genesis, opened_boot, closed_reason) VALUES (?, ?, ?, ?)",
        (epoch, genesis_h, opened_boot, closed_reason),
    )


def close_epoch(connection: sqlite3.Connection, epoch: int, reason: str) -> None:
    """Close an epoch, for good; part of the caller's transaction."""
    connection.execute("UPDATE epoch SET closed_reason = ? WHERE epoch = ?", (reason, epoch))


def insert(connection: sqlite3.Connection, epoch: int, rows: Iterable[Row]) -> None:
    """Insert rows of an epoch as they are; part of the caller's transaction."""
    connection.executemany(_INSERT, ((epoch, *row) for row in rows))


def store(connection: sqlite3.Connection, epoch: int, rows: Sequence[Row]) -> None:
    """Insert rows of an epoch durably, all or none of them."""
    if len(rows) == 1:
        # A statement by itself is a transaction, at half the price of one that is begun and ended.
        connection.execute(_INSERT, (epoch, *rows[0]))
        return
    with transaction(connection):
        insert(connection, epoch, rows)


def checkpoint(connection: sqlite3.Connection) -> None:
    """Carry what the write-ahead log holds into the file, and begin the log anew when nobody reads it."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # The first commit to a log begun anew is flushed twice: let it be this one, which changes nothing.
    connection.execute(f"PRAGMA user_version = {version}")


def reserve_log(path: Path) -> None:
    """Give the write-ahead log of an open journal its size; without room for it, taps do as well."""
    # SQLite takes the zeros for what is left of an older log.
    with contextlib.suppress(OSError):
        log = os.open(f"{path}-wal", os.O_WRONLY)
        try:
            for at in range(os.fstat(log).st_size, WAL_BYTES, _STEP_BYTES):
                os.pwrite(log, bytes(min(_STEP_BYTES, WAL_BYTES - at)), at)
            os.fdatasync(log)
        finally:
            os.close(log)


def refusal(error: Exception, path: Path) -> JournalError:
    """Return what a call that failed means for the journal: no room, damage, or a fault of the disk."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        msg = f"{path}: this is no journal, or it is damaged ({error}); keep the file and call for salvage"
        return JournalDamagedError(msg)
    if code == sqlite3.SQLITE_FULL or _is_full(path):
        msg = f"{path}: the disk is full ({error}); make room on it"
        return JournalFullError(msg)
    msg = f"{path}: the journal refuses ({error}); check the disk and its rights"
    return JournalError(msg)


def epochs(connection: sqlite3.Connection) -> list[int]:
    """Return the epochs, oldest first; raises JournalDamagedError where anything else stands."""
    found = [epoch for (epoch,) in connection.execute("SELECT epoch FROM epoch ORDER BY rowid")]
    if not all(isinstance(epoch, int) for epoch in found):
        msg = "the journal's list of epochs holds something else; keep the file and call for salvage"
        raise JournalDamagedError(msg)
    return found


def newest(connection: sqlite3.Connection, epoch: int | None = None) -> tuple[Head, bytes] | None:
    """Return the head and the head's body of an epoch, of the youngest epoch when none is named.

    Raises JournalDamagedError where anything but a row stands.
    """
    if epoch is None:
        epoch = next(reversed(epochs(connection)), None)
    found = connection.execute(
        "SELECT seq, body, h FROM entry WHERE epoch = ? ORDER BY seq DESC LIMIT 1", (epoch,)
    ).fetchone()
    if found is None or epoch is None:
        return None
    row = _row(epoch, *found)
    return Head(epoch, row.seq, row.h), row.body


def rows_after(connection: sqlite3.Connection, epoch: int, after_seq: int, limit: int) -> list[Row]:
    """Return up to `limit` rows of an epoch that follow `after_seq`, in order.

    Raises JournalDamagedError where anything but a row stands.
    """
    cursor = connection.execute(
        "SELECT seq, body, h FROM entry WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
        (epoch, after_seq, limit),
    )
    return [_row(epoch, *found) for found in cursor]


def _row(epoch: int, seq: object, body: object, h: object) -> Row:
    # On a page that holds something else SQLite finds values of any type, whatever the table says.
    if isinstance(seq, int) and isinstance(body, bytes) and isinstance(h, bytes):
        return Row(seq, body, h)
    msg = f"epoch {epoch}: what stands where a row belongs is none; keep the file and call for salvage"
    raise JournalDamagedError(msg)


def _text(raw: bytes) -> str:
    # Text that is none is told by whoever finds it; here it would look like a fault of the disk.
    return raw.decode("utf-8", "replace")


def _assert_durable(connection: sqlite3.Connection, path: Path) -> None:
    try:
        # Takes effect in a new file alone, and there only before the first page is written.
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    except sqlite3.Error as error:
        raise refusal(error, path) from error
    if (mode, synchronous) != ("wal", _FULL):
        msg = f"{path}: SQLite gives {mode}/{synchronous} where wal/{_FULL} is needed; use a local disk"
        raise JournalError(msg)


def _is_full(path: Path) -> bool:
    # SQLite does not always say why a file could not grow.
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _NO_ROOM_BYTES
