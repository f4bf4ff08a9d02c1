"""All rows found of a broken journal, sorted in a file of their own, since there may be years of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from station.journal.file import Row


class Found(NamedTuple):
    """A row that may belong to an epoch, and whether the journal's own files hold it."""

    row: Row
    in_file: bool


class Pool:
    """Rows of every epoch; nothing in it needs to survive anything."""

    def __init__(self, file: Path) -> None:
        """Begin the pool in a file that is not there; everything here raises sqlite3.Error."""
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(
            "CREATE TABLE found (epoch INT, seq INT, body BLOB, h BLOB, in_file INT, place INT,"
            " PRIMARY KEY (epoch, seq, body, h)) WITHOUT ROWID"
        )
        self._place = 0

    def add(self, rows: Iterable[tuple[int, Row]], *, in_file: bool) -> None:
        """Take rows; of two that contradict each other the one that came first will be tried first."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO found VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET in_file = MAX(in_file, excluded.in_file)",
            self._numbered(rows, in_file=in_file),
        )
        self._connection.execute("COMMIT")

    def epochs(self) -> list[int]:
        """Return every epoch a row claims to be of."""
        return [epoch for (epoch,) in self._connection.execute("SELECT DISTINCT epoch FROM found")]

    def is_in_file(self, epoch: int) -> bool:
        """Say whether the journal's own files hold a row of an epoch."""
        found = self._connection.execute("SELECT 1 FROM found WHERE epoch = ? AND in_file LIMIT 1", (epoch,))
        return found.fetchone() is not None

    def sequences(self, epoch: int) -> Iterator[tuple[int, list[Found]]]:
        """Yield the sequence numbers of an epoch, ascending, each with the rows that claim it."""
        rows = self._connection.execute(
            "SELECT seq, body, h, in_file FROM found WHERE epoch = ? ORDER BY seq, place", (epoch,)
        )
        for seq, claims in groupby(rows, key=itemgetter(0)):
            yield seq, [Found(Row(seq, body, h), bool(in_file)) for _, body, h, in_file in claims]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _numbered(self, rows: Iterable[tuple[int, Row]], *, in_file: bool) -> Iterator[tuple[object, ...]]:
        for epoch, row in rows:
            self._place += 1
            yield epoch, row.seq, row.body, row.h, in_file, self._place
