"""The one writer of a journal: begins it, appends to it, and lets one epoch follow another."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from station.errors import EntryError, JournalDamagedError, JournalError
from station.journal import file as journal_file
from station.journal import soundness
from station.journal.chaining import beginning, chained
from station.journal.file import Head, Row
from station.journal.genesis import Identity, genesis
from station.journal.schema import schema_version, write_schema
from station.logs import Log
from station.tap import VERSION, Entry, Json, Kind, Reading, decode

FILE_NAME: Final = "journal.sqlite"

CARRIED_ROWS: Final = 128
"""After how many rows the write-ahead log is carried into the file, at the first entry that is no tap."""

Watcher: TypeAlias = Callable[[int, Sequence[Row]], None]
"""Somebody who is told the epoch and the rows of every commit."""

log = Log(__name__)

# What the last entry of a process that came to its end looks like, or of one that never began.
_ENDS: Final = frozenset({Kind.SHUTDOWN, Kind.GENESIS})

# Half a second of jitter, and what kernel slewing and the crystal may do together.
_STEP_MS = 500
_STEP_PPM = 600


class Journal:
    """The one writer of a station's journal; for one thread."""

    def __init__(self, path: Path, identity: Identity, random63: Callable[[], int]) -> None:
        self._path = path
        self._identity = identity
        self._random63 = random63
        self._watchers: list[Watcher] = []
        self._newest: tuple[Head, Entry] | None = None
        self._lock: int | None = journal_file.lock(path)
        try:
            # Before there is any file: what is written into the old one would be lost with it.
            soundness.verify_no_salvage_waits(path)
            self._connection = journal_file.connect_to_write(path)
        except BaseException:
            self._unlock()
            raise
        self._is_connected = True
        self._uncarried = 0
        self.was_clean = True
        """Whether the process before this one came to its end, or there was none."""

    @classmethod
    def open(cls, path: Path, identity: Identity, reading: Reading, random63: Callable[[], int]) -> Journal:
        """Open the journal at `path`, or begin it with an epoch and its genesis entry.

        `random63` draws the epochs, integers of 63 random bits. An existing journal has its schema
        version, its newest entries' chain and its owner verified first, and all its pages when the
        process before was cut off. Raises JournalError: JournalDamagedError for what salvage must
        mend, JournalFullError without room, JournalBusyError while another process writes.
        """
        journal = cls(path, identity, random63)
        try:
            with journal._guarded():
                journal._prepare(reading)
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def path(self) -> Path:
        """Where the journal lies."""
        return self._path

    @property
    def head(self) -> Head:
        """The newest entry's epoch, sequence number and hash."""
        return self._load()[0]

    @property
    def newest(self) -> Entry:
        """The newest entry itself."""
        return self._load()[1]

    def watch(self, seen: Watcher) -> None:
        """Have `seen` called with an epoch and its new rows after each commit; it must not raise or block."""
        self._watchers.append(seen)

    def append(self, kind: Kind, payload: Json, reading: Reading) -> Head:
        """Append one entry and return the new head once it is on the disk.

        Raises JournalError, after which nothing was appended and the next append may be tried.
        """
        return self.append_all([(kind, payload)], reading)

    def append_all(self, items: Sequence[tuple[Kind, Json]], reading: Reading) -> Head:
        """Append several entries of one moment, all or none of them, and return the new head.

        When the wall clock moved against the raw clock since the newest entry by more than
        500 ms + 600 ppm, a `step` entry goes first. Raises JournalFullError when there is no room,
        JournalDamagedError when the file is no longer sound, JournalError for any other fault.
        """
        head, newest = self._load()
        step = _step(newest.reading, reading)
        entries = [Entry(VERSION, kind, reading, payload) for kind, payload in items]
        if entries and step is not None:
            entries.insert(0, Entry(VERSION, Kind.STEP, reading, step))
        with self._guarded():
            rows = chained(head, entries)
            if rows:
                journal_file.store(self._connection, head.epoch, rows)
        return self._stored(head.epoch, rows, entries) if rows else head

    def begin_epoch(self, reason: str, reading: Reading, random63: Callable[[], int] | None = None) -> Head:
        """Close the present epoch for this reason and begin the next one, both or neither.

        The new epoch's genesis names the old one and its head. Raises what `append_all` raises.
        """
        head, _ = self._load()
        with self._guarded():
            entry = genesis(self._identity, reason, head, reading)
            epoch = (random63 or self._random63)()
            rows = chained(beginning(epoch), [entry])
            with journal_file.transaction(self._connection):
                journal_file.close_epoch(self._connection, head.epoch, reason)
                journal_file.add_epoch(self._connection, epoch, rows[0].h, reading.boot, None)
                journal_file.insert(self._connection, epoch, rows)
        return self._stored(epoch, rows, [entry])

    def close(self) -> None:
        """Let go of the file; closing twice does no harm."""
        self._connection.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _prepare(self, reading: Reading) -> None:
        connection, path = self._connection, self._path
        if not schema_version(connection, path):
            self._begin(reading)
        head, body = self._read_newest()
        self.was_clean = _is_end(body)
        if not self.was_clean:
            soundness.quick_check(connection, path)
        soundness.verify_tail(connection, head, path)
        soundness.verify_owner(connection, head, self._identity.owner, path)
        journal_file.reserve_log(path)
        self._newest = head, decode(body)

    def _begin(self, reading: Reading) -> None:
        epoch = self._random63()
        rows = chained(beginning(epoch), [genesis(self._identity, "first", None, reading)])
        with journal_file.transaction(self._connection):
            write_schema(self._connection)
            journal_file.add_epoch(self._connection, epoch, rows[0].h, reading.boot, None)
            journal_file.insert(self._connection, epoch, rows)

    def _load(self) -> tuple[Head, Entry]:
        if self._newest is None:
            with self._guarded():
                self._reconnect()
                head, body = self._read_newest()
                soundness.verify_tail(self._connection, head, self._path)
                journal_file.reserve_log(self._path)
                self._newest = head, decode(body)
        return self._newest

    def _read_newest(self) -> tuple[Head, bytes]:
        found = journal_file.newest(self._connection)
        if found is None:
            msg = f"{self._path}: the journal holds no entry; keep the file and call for salvage"
            raise JournalDamagedError(msg)
        return found

    def _reconnect(self) -> None:
        # After a flush that failed the old descriptor may call lost pages stored: never ask it again.
        if not self._is_connected:
            self._connection = journal_file.connect_to_write(self._path)
            self._is_connected = True

    def _stored(self, epoch: int, rows: Sequence[Row], entries: Sequence[Entry]) -> Head:
        head = Head(epoch, rows[-1].seq, rows[-1].h)
        self._newest = head, entries[-1]
        for seen in self._watchers:
            seen(epoch, rows)
        self._uncarried += len(rows)
        # Nobody waits for the answer to an entry that is no tap, so it may do the work of many taps.
        if self._uncarried >= CARRIED_ROWS and all(entry.kind != Kind.TAP for entry in entries):
            self._carry()
        return head

    def _carry(self) -> None:
        try:
            with self._guarded():
                journal_file.checkpoint(self._connection)
            self._uncarried = 0
        except JournalError:
            # The entry is stored all the same; what ails the disk is found out at the next one.
            log.exception("journal.not-carried")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except EntryError as error:
            msg = f"{self._path}: the journal refuses ({error}); correct what makes such entries"
            raise JournalError(msg) from error
        except sqlite3.Error as error:
            # What was believed about the file may be what broke: look again before the next append.
            self._newest = None
            self._is_connected = False
            self._connection.close()
            raise journal_file.refusal(error, self._path) from error


def _is_end(body: bytes) -> bool:
    try:
        return decode(body).kind in _ENDS
    except EntryError:
        return False


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
