"""Real journals, and what a failing card does to their pages: zeroed, stale, torn, one bit flipped."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station.clock import HandClock
from station.errors import JournalError
from station.journal import FILE_NAME, Journal, JournalReader, Row
from station.journal.file import connect_to_read
from station.journal.proof import proven
from station.salvage import examine
from station.tap import Kind, Tap
from tests.fakes.station import open_journal

PAGE: Final = 1024
SECTOR: Final = 512


def fill(journal: Journal, clock: HandClock, taps: int, dice: random.Random) -> None:
    """Append taps, one a second, now and then one with the evidence of a phone, or much longer."""
    for number in range(taps):
        clock.advance(1_000)
        length = 3_000 if number % 40 == 39 else 280 if number % 10 == 9 else 0
        evidence = "sc1n." + dice.randbytes(length // 2).hex() if length else None
        journal.append(
            Kind.TAP, Tap(dice.randbytes(16), "k1", "nfc", {}, evidence).payload(), clock.reading()
        )


def rows_in(path: Path, epoch: int) -> list[Row]:
    """Return all rows of an epoch."""
    reader, rows = JournalReader(path), list[Row]()
    while page := reader.rows(epoch, rows[-1].seq if rows else 0):
        rows.extend(page)
    return rows


@dataclass
class Term:
    """A journal of so many taps, closed, with copies of its file from earlier times of its life."""

    folder: Path
    taps: int
    copies: int = 8
    clock: HandClock = field(default_factory=HandClock)
    earlier: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        dice = random.Random(self.taps)  # noqa: S311 (the same journal each time)
        for _ in range(self.copies):
            journal = open_journal(self.folder, self.clock)
            fill(journal, self.clock, self.taps // self.copies, dice)
            self.epoch = journal.head.epoch
            journal.close()
            self.earlier.append(self.path.read_bytes())
        self.whole = self.earlier.pop()
        self.rows = rows_in(self.path, self.epoch)

    def copied(self, to: Path) -> "Term":
        """Return the same journal in another folder, with a clock of its own."""
        shutil.copytree(self.folder, to)
        other = copy(self)
        other.folder, other.clock = to, copy(self.clock)
        return other

    @property
    def path(self) -> Path:
        """Where the journal lies."""
        return self.folder / FILE_NAME

    @property
    def pages(self) -> int:
        """How many pages its file has."""
        return len(self.whole) // PAGE

    def page(self, number: int, file: bytes | None = None) -> bytes:
        """Return a page of the whole file, or of an earlier one."""
        return (self.whole if file is None else file)[number * PAGE : (number + 1) * PAGE]

    def older(self, number: int) -> bytes:
        """Return what stood on a page before its last change, zeros where that was nothing."""
        past = (self.page(number, file) for file in reversed(self.earlier))
        return next((page for page in past if page and page != self.page(number)), bytes(PAGE))

    def damaged(self, number: int, page: bytes) -> Path:
        """Put the whole file back with one page replaced, and nothing beside it."""
        for companion in self.folder.glob(f"{FILE_NAME}*"):
            companion.unlink()
        self.path.write_bytes(self.whole[: number * PAGE] + page + self.whole[(number + 1) * PAGE :])
        return self.path


def zeroed(_term: Term, _number: int) -> bytes:
    """Return a page that was erased and never written."""
    return bytes(PAGE)


def misplaced(term: Term, number: int) -> bytes:
    """Return the bytes of another page: a write that went astray."""
    return term.page((number + term.pages // 3) % term.pages)


def stale(term: Term, number: int) -> bytes:
    """Return what stood there before: a write that was acknowledged and lost."""
    return term.older(number)


def torn(term: Term, number: int) -> bytes:
    """Return a page of which the first sector alone was written."""
    return term.page(number)[:SECTOR] + term.older(number)[SECTOR:]


def torn_in_front(term: Term, number: int) -> bytes:
    """Return a page of which the last sector alone was written."""
    return term.older(number)[:SECTOR] + term.page(number)[SECTOR:]


def flipped(page: bytes, bit: int) -> bytes:
    """Return a page with one bit turned over."""
    changed = bytearray(page)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


KINDS: Final = (zeroed, misplaced, stale, torn, torn_in_front)


@dataclass(frozen=True)
class Detected:
    """Which check noticed the damage."""

    quick_check: bool
    integrity_check: bool
    chain: bool
    together: bool


def detected(path: Path) -> Detected:
    """Ask each check on its own, and the examination."""
    return Detected(
        quick_check=_pragma_objects(path, "quick_check"),
        integrity_check=_pragma_objects(path, "integrity_check"),
        chain=_chain_breaks(path),
        together=bool(examine.examine(path).problems),
    )


def copy_of(folder: Path, to: Path) -> Path:
    """Copy a journal as a power cut leaves it, and return where its file is."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
    return to / FILE_NAME


def _pragma_objects(path: Path, pragma: str) -> bool:
    try:
        with closing(connect_to_read(path)) as connection:
            return connection.execute(f"PRAGMA {pragma}(1)").fetchall() != [("ok",)]
    except sqlite3.Error:
        return True


def _chain_breaks(path: Path) -> bool:
    try:
        return not any(_pages(path))
    except JournalError:
        return True


def _pages(path: Path) -> Iterator[int]:
    journal = JournalReader(path)
    for epoch in journal.epochs():
        yield sum(len(page) for page in proven(journal, epoch))
