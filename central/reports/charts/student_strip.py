"""Published: the students of a class day by day: present, absent, not yet certified, no record."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from central.reports.charts.chart import Chart, Say
from central.reports.charts.svg import element, hover, label, picture, shaded
from central.reports.render_csv import Cell

NAME: Final = "strip"
_BOX, _STEP, _LEFT, _TOP = 14, 17, 190, 30


class Seen(StrEnum):
    """What a student's day says."""

    PRESENT = "present"
    TARDY = "tardy"
    PROVISIONAL = "provisional"
    ABSENT = "absent"
    NOTHING = "no record"


@dataclass(frozen=True, slots=True)
class StudentLine:
    """One student's days."""

    name: str
    number: str
    days: Mapping[date, Seen]


_SHADES: Final = {Seen.PRESENT: 4, Seen.TARDY: 3, Seen.PROVISIONAL: 1, Seen.ABSENT: 0, Seen.NOTHING: 0}


def student_strip(days: Sequence[date], lines: Sequence[StudentLine], say: Say) -> Chart:
    """Draw a row a student and a column a day; absence is a cross, a day without a record is left empty."""
    title = say("Student by student, day by day")
    about = say("A row a student, a column a day. A cross is an absence, an empty place has no record.")
    words = {seen: say(seen.value) for seen in Seen}
    columns = [say("number"), say("student"), *(words[seen] for seen in Seen)]
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        counts = Counter(line.days.get(on, Seen.NOTHING) for on in days)
        rows.append((line.number, line.name, *(counts[seen] for seen in Seen)))
    size = (_LEFT + max(len(days), 22) * _STEP + 8, _TOP + len(lines) * _STEP + 40)
    inside = [*_days(days), *_rows(days, lines, words), *_legend(words, size[1] - 14)]
    return Chart(title, about, picture(NAME, size, (title, about), inside), columns, rows)


def _days(days: Sequence[date]) -> Iterator[str]:
    for column, on in enumerate(days):
        if column == 0 or on.weekday() < days[column - 1].weekday():
            yield label(_LEFT + column * _STEP, 18, f"{on:%m/%d}", class_="small")


def _rows(days: Sequence[date], lines: Sequence[StudentLine], words: Mapping[Seen, str]) -> Iterator[str]:
    for row, line in enumerate(lines):
        y = _TOP + row * _STEP
        yield label(_LEFT - 8, y + 11, line.name[:28], class_="small", text_anchor="end")
        for column, on in enumerate(days):
            seen = line.days.get(on, Seen.NOTHING)
            yield hover(_mark(seen, _LEFT + column * _STEP, y), f"{line.name}, {on:%m/%d/%Y}: {words[seen]}")


def _mark(seen: Seen, x: float, y: float) -> str:
    if seen is Seen.NOTHING:
        return element("rect", class_="frame faint", x=x, y=y, width=_BOX, height=_BOX, fill="none")
    box = shaded(NAME, _SHADES[seen], (x, y, _BOX, _BOX))
    if seen is not Seen.ABSENT:
        return box
    ends = (x + 3, y + 3, x + _BOX - 3, y + _BOX - 3)
    cross = f"M{ends[0]} {ends[1]}L{ends[2]} {ends[3]}M{ends[0]} {ends[3]}L{ends[2]} {ends[1]}"
    return box + element("path", class_="cross", d=cross)


def _legend(words: Mapping[Seen, str], y: int) -> Iterator[str]:
    for step, seen in enumerate(Seen):
        x = 8 + step * 110
        yield _mark(seen, x, y - 11)
        yield label(x + 20, y, words[seen], class_="small")
