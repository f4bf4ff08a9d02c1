"""Published: what a file of paper sheets would do, line by line, before anything is written."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias

from central.domain.adjudication import Ruling
from central.exchange.named_file import NamedFile
from central.exchange.sheets.entries import Entry, LeftOut
from central.exchange.sheets.guess import Guess
from central.exchange.sheets.known import Known
from central.exchange.sheets.marks import Mark
from central.exchange.sheets.said import Said
from central.store.models import AttendanceRecord, Section, Student
from central.work.paper_verdict import WRITTEN, Verdict

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is being done, how many lines of it are done, and of how many."""


def silent(what: str, done: int, of: int) -> None:
    """Tell nobody how far it has come."""
    del what, done, of


@dataclass(frozen=True, slots=True)
class Wish:
    """A file and what was said about it: how to read it, whose class it is, its sheet's number.

    `told` has the keys of the guesses. Without a `section` each line goes to the class its student had
    that day; without a `sheet` it has the number the file gives it. `within` are the only classes
    somebody may write for, None for all.
    """

    file: NamedFile
    told: Mapping[str, str] = field(default_factory=dict)
    section: Section | None = None
    sheet: str = ""
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One line, or one cell of a register of days: what it says, whose it is, and what it would do."""

    entry: Entry
    student: Student | None
    section: Section | None
    sheet: str
    came_at: datetime | None
    left_at: datetime | None
    verdict: Verdict
    ruling: Ruling | None = None
    record: AttendanceRecord | None = None
    problems: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()

    @property
    def line(self) -> int:
        """The line in the file, counted as spreadsheets do."""
        return self.entry.line

    @property
    def on(self) -> date | None:
        """The day it speaks of, where it can be read."""
        return self.entry.on

    @property
    def mark(self) -> str:
        """What the record would say."""
        return "absent" if self.entry.mark is Mark.ABSENT else "present"

    @property
    def is_tardy(self) -> bool:
        """Tell whether the line itself says so; a late time says it as well."""
        return self.entry.mark is Mark.TARDY


@dataclass(frozen=True, slots=True)
class Preview:
    """A file read and judged; nothing of it is written yet."""

    file: NamedFile
    rows: tuple[PreviewRow, ...]
    left_out: tuple[LeftOut, ...]
    faults: tuple[tuple[int, Said], ...]
    guesses: tuple[Guess, ...]
    headings: tuple[str, ...]
    known: Known

    @property
    def asks(self) -> tuple[Guess, ...]:
        """The questions only a person can answer; until then every line is refused."""
        return tuple(guess for guess in self.guesses if guess.asks)

    @property
    def refused(self) -> Sequence[int]:
        """The lines that cannot be taken in."""
        lines = {row.line for row in self.rows if row.verdict is Verdict.REFUSED}
        return sorted(lines | {line for line, _ in self.faults})

    @property
    def counts(self) -> dict[str, int]:
        """How many lines have which verdict, in the order of the verdicts."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    @property
    def written(self) -> int:
        """How many lines accepting would keep."""
        return sum(row.verdict in WRITTEN for row in self.rows)

    @property
    def choices(self) -> dict[str, str]:
        """How the file is read, choice by choice: what accepting must find unchanged."""
        return {guess.key: guess.chosen for guess in self.guesses}


NOT_SURE: Final = Said("how the file is to be read must be said first; answer the question above")
