"""Published: times in and out as the positive attendance import takes them, and what it would refuse."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from central.exchange.layout import AS_IT_IS, Cells, Column, Layout, LayoutChanges

DEFAULT: Final = Layout(
    (
        Column("studentNumber", "student", width=15),
        Column("sectionNumber", "section", width=20),
        Column("date", "date", width=10),
        Column("timeIn", "time_in", width=8),
        Column("timeOut", "time_out", width=8),
    )
)


@dataclass(frozen=True, slots=True)
class PositiveTemplate:
    """How a district's saved import maps the file; the import page there has no layout of its own."""

    layout: LayoutChanges = AS_IT_IS


@dataclass(frozen=True, slots=True, order=True)
class PositiveLine:
    """One student's time in one class of one day, to the minute, in the school's own time."""

    student: str
    section: str
    on: date
    time_in: time
    time_out: time

    @property
    def key(self) -> str:
        """What the line is known by: nothing there ever replaces it."""
        return f"{self.student}\t{self.section}\t{self.on}"

    @property
    def content(self) -> str:
        """What it says under its key."""
        return f"{self.time_in:%H:%M}-{self.time_out:%H:%M}"


@dataclass(frozen=True, slots=True)
class LineFault:
    """Why the import would refuse a line, and what to do."""

    line: PositiveLine
    says: str
    remedy: str


def faults(lines: Iterable[PositiveLine]) -> Iterator[LineFault]:
    """Yield the lines the import refuses: no time between in and out, or two that overlap in a section."""
    theirs: dict[tuple[str, str, date], list[PositiveLine]] = defaultdict(list)
    for line in sorted(lines):
        if line.time_in >= line.time_out:
            says = f"the time in ({line.time_in:%H:%M}) is not before the time out ({line.time_out:%H:%M})"
            yield LineFault(line, says, "correct the record's times, or leave it to be keyed by hand")
            continue
        before = theirs[line.student, line.section, line.on]
        if any(line.time_in < other.time_out for other in before):
            says = "it overlaps another line of this student in this section"
            yield LineFault(line, says, "correct the times of one of them")
        before.append(line)


def cells(line: PositiveLine, layout: Layout) -> Cells:
    """Return a line as the layout's fields."""
    return {
        "student": line.student,
        "section": line.section,
        "date": layout.day(line.on),
        "time_in": layout.hour(line.time_in),
        "time_out": layout.hour(line.time_out),
    }
