"""How everyone but the station reads a journal: read-only, a few rows at a time, and let go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from station.errors import EntryError, JournalDamagedError, JournalError
from station.journal import file as journal_file
from station.journal.file import Head, Row
from station.journal.schema import schema_version
from station.tap import VERSION, Entry, Json, Kind, decode

MOST_ROWS: Final = 500
"""How many rows may be taken at once: a held read keeps the write-ahead log growing."""

# SUBSTR, because a body is a blob and LIKE would not look into it.
_NEWEST_OF_A_KIND = (
    "SELECT body FROM entry WHERE epoch = ? AND SUBSTR(body, 1, ?) = ? ORDER BY seq DESC LIMIT 1"
)


# Ascending, a page at a time; the sequence numbers alone decide how much is looked at.
_OF_A_KIND = """
    SELECT seq, body FROM entry
    WHERE epoch = ? AND seq > ? AND seq <= ? AND SUBSTR(body, 1, ?) = ? ORDER BY seq LIMIT ?
"""
_ANY_SEQ = 2**63 - 1


class JournalReader:
    """A journal seen from another thread or process; each call opens the file and closes it.

    Everything here raises JournalDamagedError for what is no journal or holds what is no entry,
    JournalError for a disk that refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where the journal lies."""
        return self._path

    def epochs(self) -> list[int]:
        """Return the epochs, oldest first; none while no station has begun the journal."""
        if not self._path.exists():
            return []
        with self._opened() as connection:
            return journal_file.epochs(connection) if schema_version(connection, self._path) else []

    def head(self, epoch: int) -> Head:
        """Return the newest entry of an epoch; raises JournalError when there is no such epoch."""
        with self._opened() as connection:
            found = journal_file.newest(connection, epoch)
        if found is None:
            msg = f"{self._path}: there is no epoch {epoch} in this journal; name one of its epochs"
            raise JournalError(msg)
        return found[0]

    def newest(self) -> Entry | None:
        """Return the newest entry of the youngest epoch, None before there is any."""
        if not self.epochs():
            return None
        with self._opened() as connection:
            found = journal_file.newest(connection)
        return None if found is None else _decoded(found[1])

    def rows(self, epoch: int, after_seq: int, limit: int = MOST_ROWS) -> list[Row]:
        """Return the rows that follow `after_seq`, in order, never more than 500."""
        with self._opened() as connection:
            return journal_file.rows_after(connection, epoch, after_seq, min(limit, MOST_ROWS))

    def last_boot(self) -> tuple[int, str] | None:
        """Return `(boot ordinal, kernel boot_id)` of the newest boot entry, None before the first."""
        prefix = _prefix(Kind.BOOT)
        for epoch in reversed(self.epochs()):
            with self._opened() as connection:
                found = connection.execute(_NEWEST_OF_A_KIND, (epoch, len(prefix), prefix)).fetchone()
            if found is not None:
                entry = _decoded(found[0])
                boot_id = entry.payload.get("boot_id") if isinstance(entry.payload, dict) else None
                return entry.reading.boot, str(boot_id)
        return None

    def holes(self, epoch: int) -> list[tuple[int, int]]:
        """Return the ranges an epoch is declared to lack, first and last sequence, ascending and apart.

        They are named by the `salvage` entries at the beginning of a later epoch; what an epoch had
        after its last row may be unknown, and is then in no range.
        """
        if not self._path.exists():
            return []
        with self._opened() as connection:
            known = journal_file.epochs(connection) if schema_version(connection, self._path) else []
            # No epoch tells of itself, nor the oldest of any.
            told = [body for later in known[1:] for _, body in _of_a_kind(connection, later, Kind.SALVAGE)]
        return _merged(hole for body in told for hole in _missing(_decoded(body), epoch))

    def carried(self, behind: int | None = None) -> Iterator[Json]:
        """Yield the payload of every `carry` entry, or of those in epochs begun after one.

        Looks at every row there.
        """
        # Even the oldest may hold some, where a disk took all of those before it.
        epochs = self.epochs()
        for epoch in epochs if behind is None else epochs[epochs.index(behind) + 1 :]:
            last = 0
            while page := self._carries(epoch, last):
                last = page[-1][0]
                yield from (_decoded(body).payload for _, body in page)

    def _carries(self, epoch: int, after_seq: int) -> list[tuple[int, bytes]]:
        with self._opened() as connection:
            return _of_a_kind(connection, epoch, Kind.CARRY, after_seq, _ANY_SEQ)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(journal_file.connect_to_read(self._path)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise journal_file.refusal(error, self._path) from error


def _of_a_kind(
    connection: sqlite3.Connection, epoch: int, kind: Kind, after_seq: int = 0, last_seq: int = MOST_ROWS
) -> list[tuple[int, bytes]]:
    prefix = _prefix(kind)
    wanted = (epoch, after_seq, last_seq, len(prefix), prefix, MOST_ROWS)
    return connection.execute(_OF_A_KIND, wanted).fetchall()


def _prefix(kind: Kind) -> bytes:
    return f'[{VERSION},"{kind}",'.encode()


def _decoded(body: bytes) -> Entry:
    try:
        return decode(body)
    except EntryError as error:
        msg = f"what stands where an entry belongs is no entry ({error}); keep the file and call for salvage"
        raise JournalDamagedError(msg) from error


def _missing(entry: Entry, of: int) -> Iterator[tuple[int, int]]:
    payload = entry.payload
    if isinstance(payload, dict) and payload.get("epoch") == of:
        yield from ((first, last) for first, last in payload.get("missing", ()))


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged = list[tuple[int, int]]()
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged
