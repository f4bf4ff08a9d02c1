"""Rows written with nothing around them, a thousand in each commit: the two stores by themselves."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import psycopg

STATIONS: Final = 250_000
COMMITS: Final = 20
_SENDERS, _EACH = 50, 20
"""What a commit holds: as many stations and as many taps of each."""

ROWS: Final = COMMITS * _SENDERS * _EACH
Row = tuple[int, int, int, str]


class Written(NamedTuple):
    """Rows a second, and microseconds of this process's processor a row."""

    rate: float
    cpu_us: float


class Bare:
    """Station, sequence, instant and token of taps, into SQLite without a key and PostgreSQL with one."""

    def __init__(self, folder: Path, url: str) -> None:
        """Make both tables."""
        self._dice = Random(1)  # noqa: S311  made-up taps
        self._sqlite = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE tap (station INTEGER, seq INTEGER, at_ms INTEGER, token TEXT)",
        ):
            self._sqlite.execute(statement)
        self._postgres = psycopg.connect(url)
        self._postgres.execute(
            "CREATE TABLE tap"
            " (station integer, seq bigint, at_ms bigint, token text, PRIMARY KEY (station, seq))"
        )
        self._postgres.commit()

    def close(self) -> None:
        """Let go of both."""
        self._sqlite.close()
        self._postgres.close()

    def executemany(self) -> Written:
        """Write to SQLite."""
        commits = [self._rows() for _ in range(COMMITS)]
        began = time.perf_counter(), time.process_time()
        for rows in commits:
            self._sqlite.execute("BEGIN IMMEDIATE")
            self._sqlite.executemany("INSERT INTO tap VALUES (?, ?, ?, ?)", rows)
            self._sqlite.execute("COMMIT")
        return _written(began)

    def copy(self) -> Written:
        """Write to PostgreSQL, given as the text COPY reads."""
        commits = [
            "".join("\t".join(map(str, row)) + "\n" for row in self._rows()).encode() for _ in range(COMMITS)
        ]
        began = time.perf_counter(), time.process_time()
        for text in commits:
            with self._postgres.cursor() as cursor, cursor.copy("COPY tap FROM STDIN") as copy:
                copy.write(text)
            self._postgres.commit()
        return _written(began)

    def _rows(self) -> Sequence[Row]:
        dice = self._dice
        senders = [(dice.randrange(STATIONS), dice.randrange(1 << 40)) for _ in range(_SENDERS)]
        return [
            (station, first + number, 1_789_000_000_000 + number, f"{dice.getrandbits(128):032x}")
            for station, first in senders
            for number in range(_EACH)
        ]


def _written(began: tuple[float, float]) -> Written:
    wall_s, cpu_s = time.perf_counter() - began[0], time.process_time() - began[1]
    return Written(ROWS / wall_s, 1e6 * cpu_s / ROWS)
