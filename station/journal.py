"""Published: the station's append-only, hash-chained store, and the way to read it from outside."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station import chain, journal_file
from station.errors import EntryError, JournalError
from station.journal_file import SCHEMA_VERSION, Head, Row
from station.journal_reader import MOST_ROWS, JournalReader
from station.tap import VERSION, Entry, Json, Kind, Reading, decode, encode

__all__ = ["FILE_NAME", "MOST_ROWS", "SCHEMA_VERSION", "Head", "Identity", "Journal", "JournalReader", "Row"]

FILE_NAME: Final = "journal.sqlite"

# Half a second of jitter, and what kernel slewing and the crystal may do together.
_STEP_MS = 500
_STEP_PPM = 600


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose journal this is: the station's name, its school, and the software that writes."""

    station: str
    school: str
    sw: str


class Journal:
    """The one writer of a station's journal; for one thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock: int | None = None
        self._newest: tuple[Head, Entry] | None = None

    @classmethod
    def open(cls, path: Path, identity: Identity, reading: Reading, random63: Callable[[], int]) -> Journal:
        """Open the journal at `path`, or begin it with an epoch and its genesis entry.

        `random63` draws the epoch, an integer of 63 random bits. An existing journal has its
        schema version, its newest entries' chain and its owner verified first. Raises JournalError,
        and JournalBusyError while another process writes.
        """
        lock = journal_file.lock(path)
        try:
            journal = cls(journal_file.connect_to_write(path), path)
        except BaseException:
            os.close(lock)
            raise
        journal._lock = lock
        try:
            with journal._guarded():
                journal._prepare(identity, reading, random63)
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def head(self) -> Head:
        """The newest entry's epoch, sequence number and hash."""
        return self._load()[0]

    @property
    def newest(self) -> Entry:
        """The newest entry itself."""
        return self._load()[1]

    def append(self, kind: Kind, payload: Json, reading: Reading) -> Head:
        """Append one entry and return the new head once it is on the disk.

        Raises JournalError, after which nothing was appended and the next append may be tried.
        """
        return self.append_all([(kind, payload)], reading)

    def append_all(self, items: Sequence[tuple[Kind, Json]], reading: Reading) -> Head:
        """Append several entries of one moment, all or none of them, and return the new head.

        When the wall clock moved against the raw clock since the newest entry by more than
        500 ms + 600 ppm, a `step` entry goes first.
        """
        head, newest = self._load()
        step = _step(newest.reading, reading)
        entries = [Entry(VERSION, kind, reading, payload) for kind, payload in items]
        if entries and step is not None:
            entries.insert(0, Entry(VERSION, Kind.STEP, reading, step))
        with self._guarded():
            rows = list(_chained(head, entries))
            if rows:
                with self._transaction():
                    self._insert(head.epoch, rows)
                self._newest = (Head(head.epoch, rows[-1].seq, rows[-1].h), entries[-1])
        return self.head

    def close(self) -> None:
        """Let go of the file; closing twice does no harm."""
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _prepare(self, identity: Identity, reading: Reading, random63: Callable[[], int]) -> None:
        if not journal_file.schema_version(self._connection, self._path):
            self._begin(identity, reading, random63())
        head = self.head
        journal_file.verify_tail(self._connection, head, self._path)
        owner = (identity.station, identity.school)
        journal_file.verify_owner(self._connection, head, owner, self._path)

    def _begin(self, identity: Identity, reading: Reading, epoch: int) -> None:
        payload: Json = {
            "station": identity.station,
            "school": identity.school,
            "reason": "first",
            "prev_epoch": None,
            "prev_head": None,
            "sw": identity.sw,
        }
        genesis = Entry(VERSION, Kind.GENESIS, reading, payload)
        rows = list(_chained(Head(epoch, 0, chain.START), [genesis]))
        with self._transaction():
            for statement in journal_file.SCHEMA:
                self._connection.execute(statement)
            self._connection.execute(
                "INSERT INTO epoch (epoch, genesis, opened_boot) VALUES (?, ?, ?)",
                (epoch, rows[0].h, reading.boot),
            )
            self._insert(epoch, rows)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _load(self) -> tuple[Head, Entry]:
        if self._newest is None:
            with self._guarded():
                found = journal_file.newest(self._connection)
                if found is None:
                    msg = f"{self._path}: the journal holds no entry; keep the file and call for salvage"
                    raise JournalError(msg)
                self._newest = (found[0], decode(found[1]))
        return self._newest

    def _insert(self, epoch: int, rows: Iterable[Row]) -> None:
        self._connection.executemany(
            "INSERT INTO entry (epoch, seq, body, h) VALUES (?, ?, ?, ?)", ((epoch, *row) for row in rows)
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite has already rolled back after some errors, a full disk among them.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, EntryError) as error:
            # What was believed about the file may be what broke: look again before the next append.
            self._newest = None
            msg = f"{self._path}: the journal refuses ({error}); check the disk"
            raise JournalError(msg) from error


def _chained(head: Head, entries: Sequence[Entry]) -> Iterator[Row]:
    h = head.h
    for seq, entry in enumerate(entries, head.seq + 1):
        body = encode(entry)
        h = chain.link(h, body)
        yield Row(seq, body, h)


def _step(last: Reading, reading: Reading) -> Json:
    """Return a `step` payload when the wall clock was moved since the last entry of this boot."""
    if last.boot != reading.boot:
        return None
    passed_ms = reading.raw_ms - last.raw_ms
    expected_ms = last.wall_ms + passed_ms
    allowed_ms = _STEP_MS + abs(passed_ms) * _STEP_PPM // 1_000_000
    if abs(reading.wall_ms - expected_ms) <= allowed_ms:
        return None
    return {"from_ms": expected_ms, "to_ms": reading.wall_ms}
