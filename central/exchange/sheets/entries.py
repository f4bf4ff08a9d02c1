"""Published: what a file says, line by line: whose, on which day, present or absent, from when to when."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from central.exchange.sheets import clocks, dates, marks
from central.exchange.sheets.dates import Style
from central.exchange.sheets.guess import Choices
from central.exchange.sheets.known import Known
from central.exchange.sheets.layout import Layout
from central.exchange.sheets.line import Line, Table
from central.exchange.sheets.marks import Mark
from central.exchange.sheets.names import Written
from central.exchange.sheets.said import Said, said
from central.exchange.sheets.sources import written
from central.exchange.sheets.students import Match, match

_TOTAL: Final = re.compile(
    r"((grand |sub)?totals?|(sub)?total(es)?|suma|sum|count|(no\.?|number) of students|teacher|"
    r"maestr[oa]|docente|(teacher('s)? )?signature|firma|page \d+|p[a\u00e1]gina \d+)\b",
    re.IGNORECASE,
)
_SIGN: Final = (
    "this sign means one thing in one register and another in the next; say what it means in this one"
)
_OPTIONS: Final = (Mark.PRESENT.value, Mark.ABSENT.value, Mark.TARDY.value, Mark.NOTHING.value)
TOTALS: Final = said("a total or a remark under the table")
HEADING: Final = said("the headings once more")
NO_DATE: Final = said("no date can be read here; write it like 2024-08-19")
NO_MARK: Final = said("this mark means nothing that is known; write present, absent or tardy")
NO_CLOCK: Final = said("no time of day can be read here; write it like 8:30 AM")
ABSENT_WITH_TIMES: Final = said("an absent student has no times; look which of the two is wrong")
LEFT_FIRST: Final = said("the student left before coming; write the afternoon as PM")
TOO_WIDE: Final = said(
    "something stands beyond the last column; look for a missing quote or one comma too many"
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line no student is expected on, and why."""

    line: int
    why: Said


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line, or one cell of a register of days, says; `on` is none where the day cannot be read."""

    line: int
    number: str
    written: Written
    match: Match
    on: date | None
    day: str
    mark: Mark
    came: time | None
    left: time | None
    klass: str
    sheet: str
    problems: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    line: Line
    match: Match
    written: Written
    day: str
    mark: str | None
    """None where the file has no column of marks: a time is what says present then."""


def lines_of(table: Table, layout: Layout) -> tuple[list[Line], list[LeftOut]]:
    """Part the lines a student is expected on from headings, totals and remarks."""
    kept, left_out = [], []
    number = layout.columns.get("number")
    for line in table.lines:
        if line.number <= layout.header:
            continue
        if line.cells == layout.headings:
            left_out.append(LeftOut(line.number, HEADING))
        elif _is_remark(line, number):
            left_out.append(LeftOut(line.number, TOTALS))
        else:
            kept.append(line)
    return kept, left_out


def _is_remark(line: Line, number: int | None) -> bool:
    first = line.cell(number)
    if any(char.isdigit() for char in first):
        return False
    # A sentence under the table begins in the first column, and is alone on its line.
    return any(_TOTAL.match(cell) for cell in line.cells) or (bool(first) and len(line.filled) == 1)


def raw(lines: Iterable[Line], layout: Layout, day: str, known: Known) -> list[_Raw]:
    """Return what stands on the lines, a register's cells one by one; `day` is of all without one."""
    return list(_raw(lines, layout, day, known))


def _raw(lines: Iterable[Line], layout: Layout, day: str, known: Known) -> Iterator[_Raw]:
    columns = layout.columns
    for line in lines:
        name = written(line, layout)
        whose = match(line.cell(columns.get("number")), name, known)
        for at, heading in layout.days.items():
            yield _Raw(line, whose, name, heading, line.cell(at))
        if not layout.days:
            mark = line.cell(columns["mark"]) if "mark" in columns else None
            on = line.cell(columns["date"]) if "date" in columns else day
            yield _Raw(line, whose, name, on, mark)


def numbers_by_day(rows: Iterable[_Raw]) -> Mapping[str, Sequence[str]]:
    """Return the numbers of the students beside each date, as it is written."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.day and row.mark != "":
            found[row.day].extend([row.match.person.number] if row.match.person else [])
    return found


def meanings(rows: Iterable[_Raw], choices: Choices) -> dict[str, Mark] | None:
    """Return what the signs of a file mean, as somebody said; None where nobody has."""
    found = sorted({sign for row in rows if row.mark and (sign := marks.sign(row.mark))})
    said_so = {sign: choices.decide(f"mark {sign}", "", said(_SIGN), _OPTIONS) for sign in found}
    return {sign: Mark(told) for sign, told in said_so.items()} if all(said_so.values()) else None


def entries(rows: Iterable[_Raw], layout: Layout, style: Style, signs: Mapping[str, Mark]) -> Iterator[Entry]:
    """Read the rows; everything wrong with one is in its `problems`."""
    days: dict[str, date | None] = {}
    for row in rows:
        if row.day not in days:
            days[row.day] = dates.read(row.day, style)
        yield _entry(row, layout, days[row.day], signs)


def _entry(row: _Raw, layout: Layout, on: date | None, signs: Mapping[str, Mark]) -> Entry:
    line, at = row.line, layout.columns.get
    problems = [] if row.match.problem is None else [row.match.problem]
    if on is None:
        problems.append(NO_DATE)
    if layout.headings and any(line.cells[len(layout.headings) :]):
        problems.append(TOO_WIDE)
    came, left = (_clock(line.cell(at(column)), problems) for column in ("in", "out"))
    mark = _mark(row.mark, came, signs, problems)
    if mark is Mark.ABSENT and (came or left):
        problems.append(ABSENT_WITH_TIMES)
    if came and left and left <= came:
        problems.append(LEFT_FIRST)
    number, klass, sheet = (line.cell(at(column)) for column in ("number", "class", "sheet"))
    return Entry(
        line.number,
        number,
        row.written,
        row.match,
        on,
        row.day,
        mark,
        came,
        left,
        klass,
        sheet,
        tuple(problems),
    )


def _clock(cell: str, problems: list[Said]) -> time | None:
    if not cell:
        return None
    found = clocks.read(cell)
    if found is None and NO_CLOCK not in problems:
        problems.append(NO_CLOCK)
    return found


def _mark(text: str | None, came: time | None, signs: Mapping[str, Mark], problems: list[Said]) -> Mark:
    if not text:
        return Mark.PRESENT if came else Mark.NOTHING
    sign = marks.sign(text)
    found = signs.get(sign) if sign else marks.read(text)
    if found is None:
        problems.append(NO_MARK)
        return Mark.NOTHING
    return Mark.PRESENT if found is Mark.NOTHING and came else found
