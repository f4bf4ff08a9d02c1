"""What must be true of a journal found after a power cut, asked through the station's own code."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from station import chain
from station.clock import HandClock
from station.errors import ChainError, JournalDamagedError, StationError
from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, Journal
from station.journal import file as journal_file
from station.salvage import ASIDE, is_due, salvage
from station.salvage.examine import examine
from station.sidecar import FOLDER as SIDECAR
from station.tap import Kind, decode
from tests.crash.lights import Lit
from tests.fakes.station import IDENTITY

NEW_EPOCH = 99
"""Drawn by no history: what a station begins anew on a state has it."""
_ALL = 1_000_000
_CLOSED = "SELECT closed_reason FROM epoch ORDER BY rowid"
# What takes longer to ask than all the rest is asked of so many states only.
_EXAMINED = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry as it stands in a journal."""

    epoch: int
    seq: int
    body: bytes
    h: bytes


def everything(connection: sqlite3.Connection) -> list[Kept]:
    """Return every entry, oldest epoch first; raises ChainError where one is missing or was changed."""
    found: list[Kept] = []
    for epoch in journal_file.epochs(connection):
        rows = journal_file.rows_after(connection, epoch, 0, _ALL)
        chain.verify(chain.START, ((row.body, row.h) for row in rows))
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            raise ChainError(len(rows))
        found += [Kept(epoch, *row) for row in rows]
    return found


class Oracle:
    """Judges states against the history that the process which was cut off would have written."""

    def __init__(self, history: list[Kept], damaged: Collection[bytes] = ()) -> None:
        """Take the history, and where it begins with a damaged file the bytes of that to be put aside.

        They may be of several kinds: SQLite carries the write-ahead log over even into a damaged file.
        """
        self._history = history
        self._damaged = damaged
        self._place = {Lit(kept.epoch, kept.seq): place for place, kept in enumerate(history, 1)}
        self._judged = 0

    @property
    def due_at_start(self) -> int:
        """How many entries must always be there: none before the journal is begun, all a salvage can save."""
        first = self._history[0].epoch
        return sum(kept.epoch == first for kept in self._history) if self._damaged else 0

    def due(self, lit: Lit) -> int:
        """Return how many entries of the history must be there once this light was seen."""
        # A light for what was never stored asks for more than there is.
        return self._place.get(lit, len(self._history) + 1)

    def judge(self, folder: Path, due: int) -> str | None:
        """Return what is wrong with a state in which at least `due` entries must be, None when nothing is."""
        path, clock = folder / FILE_NAME, HandClock(boot=NEW_EPOCH)
        self._judged += 1
        is_examined = self._judged % _EXAMINED == 0 and not self._damaged
        if is_examined and (why := is_due(path, path.parent / SIDECAR, IDENTITY)):
            return f"a power cut alone calls for salvage: {why}"
        try:
            with closing(self._open(path, clock)) as journal:
                if is_examined and (problems := examine(path).problems):
                    return problems[0]
                return self._compare(journal, due) or _goes_on(journal, folder, clock)
        except (StationError, sqlite3.Error) as error:
            return f"the journal cannot go on: {error}"

    def _open(self, path: Path, clock: HandClock) -> Journal:
        """Open the journal as a station does when it starts."""
        begin = partial(Journal.open, path, IDENTITY, clock.reading(), lambda: NEW_EPOCH)
        if not self._damaged:
            return begin()
        try:
            if is_due(path, path.parent / SIDECAR, IDENTITY) is None:
                return begin()
        except JournalDamagedError:
            pass
        salvage(path, path.parent / SIDECAR, IDENTITY, clock.reading(), lambda: NEW_EPOCH, "later")
        return begin()

    def _compare(self, journal: Journal, due: int) -> str | None:
        connection = journal._connection
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return "SQLite finds the file damaged"
        closed = [reason for (reason,) in connection.execute(_CLOSED)]
        if None in closed[:-1] or closed[-1] is not None:
            return "another epoch than the youngest is open"
        # What the station that found the state has begun itself is no part of the history.
        found = [kept for kept in everything(connection) if kept.epoch != NEW_EPOCH]
        if len(found) < due:
            return f"{due - len(found)} entries are lost that a light had confirmed"
        if found != self._history[: len(found)]:
            return "an entry differs from what was written"
        if self._damaged and not _is_aside(self._damaged, journal._path.parent):
            return "the damaged file is gone"
        return None


def _is_aside(damaged: Collection[bytes], folder: Path) -> bool:
    return any(file.read_bytes() in damaged for file in folder.glob(f"{FILE_NAME}{ASIDE}*"))


def _goes_on(journal: Journal, folder: Path, clock: HandClock) -> str | None:
    """Go on as a station does: take what the agent laid down, none of it twice, and append."""
    if any((folder / FOLDER).iterdir()):
        rows = journal_file.rows_after(journal._connection, journal.head.epoch, 0, _ALL)
        Inbox(folder / FOLDER, rows).take(journal, clock.reading())
        entries = [decode(kept.body) for kept in everything(journal._connection)]
        told = [str(entry.payload) for entry in entries if entry.kind == Kind.BEACON]
        if len(told) != len(set(told)):
            return "what the agent laid down is stored twice"
    before = journal.head
    after = journal.append(Kind.ALIVE, {}, clock.reading())
    is_next = (after.epoch, after.seq) == (before.epoch, before.seq + 1)
    return None if is_next else "the next entry does not follow the newest"
