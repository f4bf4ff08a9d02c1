"""Published: the minutes each grade is offered, at the site and required there, as CSV."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade
from central.exchange import table
from central.exchange.calendar_csv import minutes_in, part_of_minutes
from central.exchange.problem import Problem, Where
from central.exchange.table import Columns, Row

TAUGHT_KINDS: Final = ("regular", "minimum", "make-up")
_COLUMNS: Final = Columns(
    ("track", "grade", "offered"), ("date", "from", "to", "kind", "on_site", "required")
)
_GRADES: Final = tuple(Grade)


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """Minutes a day for grades of a track, on one date or on the days of a kind in a range of dates.

    An empty `kind` means every day taught in the range.
    """

    where: Where
    track: str
    grades: tuple[Grade, ...]
    since: date
    until: date
    is_one_date: bool
    kind: str
    offered: int
    on_site: int | None
    required: int | None


def read_minutes(file: str, data: bytes, year: SchoolYear, problems: list[Problem]) -> list[MinutesLine]:
    """Return the lines of a minutes file; a line names a `date`, or `from` and `to` and perhaps a `kind`."""
    lines: list[MinutesLine] = []
    for row in table.read(file, data, _COLUMNS, problems):
        before = len(problems)
        track, grades, span = row.needed("track", 20), _grades(row), _span(row, year)
        offered = minutes_in(row, "offered")
        if not row.text("offered"):
            row.problem("this cell is empty", "offered")
        kind = _kind(row)
        on_site, required = (part_of_minutes(row, column, offered) for column in ("on_site", "required"))
        if len(problems) == before and span is not None and offered is not None:
            since, until, is_one_date = span
            lines.append(
                MinutesLine(
                    row.where, track, grades, since, until, is_one_date, kind, offered, on_site, required
                )
            )
    if not lines and not problems:
        problems.append(Problem(Where(file), "there is no line in this file"))
    return lines


def _grades(row: Row) -> tuple[Grade, ...]:
    """Read a grade such as "9", or a range such as "K-3" or "9-12"."""
    text = row.needed("grade").upper()
    ends = re.fullmatch(r"(TK|K|\d{1,2})(?:-(TK|K|\d{1,2}))?", text)
    known = {grade.value: index for index, grade in enumerate(_GRADES)}
    if ends is None or ends[1] not in known or (ends[2] or ends[1]) not in known:
        if text:
            row.problem(f"{text!r} is no grade; write TK, K, 1 to 12, or a range like 9-12", "grade")
        return ()
    first, last = known[ends[1]], known[ends[2] or ends[1]]
    if last < first:
        row.problem(f"the range {text!r} runs backwards", "grade")
    return _GRADES[first : last + 1]


def _span(row: Row, year: SchoolYear) -> tuple[date, date, bool] | None:
    has_range = bool(row.text("from") or row.text("to"))
    if bool(row.text("date")) == has_range:
        row.problem("name either a date, or the first (from) and last (to) of a range", "date")
        return None
    if not has_range:
        on = row.needed_day("date")
        ends = (on, on)
    else:
        ends = (row.needed_day("from"), row.needed_day("to"))
    since, until = ends
    if since is None or until is None:
        return None
    if until < since:
        row.problem(f"the range ends ({until}) before it begins ({since})", "to")
    for on in sorted({since, until}):
        if not year.holds(on):
            row.problem(f"{on} is not in {year.name} ({year.starts_on} to {year.ends_on})")
    return since, until, not has_range


def _kind(row: Row) -> str:
    kind = row.text("kind").casefold()
    if kind and row.text("date"):
        row.problem("a kind chooses days of a range; a date is one day, of whatever kind it is", "kind")
    elif kind and kind not in TAUGHT_KINDS:
        row.problem(f"{kind!r} is no kind of day that is taught: {', '.join(TAUGHT_KINDS)}", "kind")
    return kind
