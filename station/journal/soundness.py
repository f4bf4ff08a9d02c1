"""How a journal's file is found sound, and its owner's, before anything is appended to it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from station import chain
from station.errors import ChainError, JournalDamagedError, JournalError
from station.journal.file import (
    TAIL_ROWS,
    Head,
    connect_to_write,
    lock,
    refusal,
    rows_after,
    salvaged_beside,
)
from station.journal.genesis import origin_of, owner_in


def verify_no_salvage_waits(path: Path) -> None:
    """Raise JournalDamagedError while a finished salvage has not put its file in this one's place."""
    try:
        waits = salvaged_beside(path).exists()
    except OSError as error:
        raise refusal(error, path) from error
    if waits:
        msg = f"{path}: a salvage was interrupted; call for salvage again to finish it"
        raise JournalDamagedError(msg)


def take_back(path: Path) -> None:
    """Undo what a power cut left half done before the journal had its write-ahead log: no reader may.

    Raises JournalError, JournalBusyError while another process writes.
    """
    try:
        is_half_done = path.with_name(f"{path.name}-journal").exists()
    except OSError as error:
        raise refusal(error, path) from error
    if is_half_done:
        held = lock(path)
        try:
            connect_to_write(path).close()
        finally:
            os.close(held)


def quick_check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise JournalDamagedError unless SQLite finds the file's pages in order; reads all of them."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        msg = f"{path}: the journal is damaged ({found}); keep the file and call for salvage"
        raise JournalDamagedError(msg)


def verify_tail(connection: sqlite3.Connection, head: Head, path: Path) -> None:
    """Raise JournalDamagedError unless the newest entries are gap-free and their chain holds."""
    after = max(0, head.seq - TAIL_ROWS)
    before = rows_after(connection, head.epoch, after - 1, 1) if after else []
    rows = rows_after(connection, head.epoch, after, TAIL_ROWS)
    if [row.seq for row in rows] != list(range(after + 1, head.seq + 1)):
        msg = f"{path}: entries are missing before sequence {head.seq}; keep the file and call for salvage"
        raise JournalDamagedError(msg)
    try:
        chain.verify(before[0].h if before else chain.START, ((row.body, row.h) for row in rows))
    except ChainError as error:
        seq = after + 1 + error.index
        msg = f"{path}: entry {seq} was changed after it was written; keep the file and call for salvage"
        raise JournalDamagedError(msg) from error


def verify_owner(connection: sqlite3.Connection, head: Head, owner: tuple[str, str], path: Path) -> None:
    """Raise JournalError unless the epoch was begun by this `(station, school)`.

    Raises JournalDamagedError when the entry that says so is not the one the epoch began with.
    """
    origin = origin_of(next(iter(rows_after(connection, head.epoch, 0, 1)), None))
    if origin is None:
        msg = f"{path}: the first entry is missing or was changed; keep the file and call for salvage"
        raise JournalDamagedError(msg)
    found = owner_in(origin)
    if found != owner:
        msg = f"{path}: this journal is of {found}, not of {owner}; correct station, school or state_dir"
        raise JournalError(msg)
