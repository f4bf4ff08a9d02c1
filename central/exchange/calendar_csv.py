"""Published: a school's calendar as CSV: the days of each track, its school months, its bell times."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import combinations
from typing import Final

from central.domain.calendar import SATURDAY, SchoolYear
from central.exchange import table
from central.exchange.problem import Problem, Where
from central.exchange.table import Columns, Row

KINDS: Final = ("regular", "minimum", "make-up", "holiday", "staff", "closure")
_TAUGHT_KINDS: Final = frozenset({"regular", "minimum", "make-up"})
_DAYS: Final = Columns(("track", "date", "taught"), ("kind", "minutes", "on_site", "required", "note"))
_MONTHS: Final = Columns(("track", "number", "start", "end"))
_BELLS: Final = Columns(("section", "weekdays", "start", "end"))
_WEEKDAYS: Final = "MTWRFSU"
_MINUTES_IN_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Day:
    """What one date is for one track; of its minutes, how many are at the site and required there."""

    where: Where
    track: str
    on: date
    is_taught: bool
    kind: str
    minutes: int | None
    note: str
    on_site: int | None = None
    required: int | None = None


@dataclass(frozen=True, slots=True)
class MonthWindow:
    """A school month as the school counts it, both days part of it."""

    where: Where
    track: str
    number: int
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Bell:
    """When a section meets on one weekday, 0 being Monday, in the school's own time."""

    where: Where
    section: str
    weekday: int
    starts: time
    ends: time


def read_days(file: str, data: bytes, year: SchoolYear, problems: list[Problem]) -> list[Day]:
    """Return the days of a calendar file; what contradicts itself or the school year is a problem."""
    days: list[Day] = []
    first: dict[tuple[str, date], Row] = {}
    for row in table.read(file, data, _DAYS, problems):
        track, on, is_taught = row.needed("track", 20), row.needed_day("date"), _truth(row, "taught")
        if on is None or is_taught is None:
            continue
        kind = _kind(row, on, is_taught=is_taught)
        before = first.setdefault((track, on), row)
        if before is not row:
            row.problem(f"row {before.where.row} says what {on} is for this track already", "date")
        if not year.holds(on):
            row.problem(f"{on} is not in {year.name} ({year.starts_on} to {year.ends_on})", "date")
        minutes = _minutes(row, is_taught=is_taught)
        parts = [part_of_minutes(row, column, minutes) for column in ("on_site", "required")]
        days.append(Day(row.where, track, on, is_taught, kind, minutes, row.text("note", 200), *parts))
    if not days and not problems:
        problems.append(Problem(Where(file), "there is no day in this file"))
    return days


def read_months(file: str, data: bytes, problems: list[Problem]) -> list[MonthWindow]:
    """Return the month windows of a file; two windows of a track with a day in common are a problem."""
    windows: list[MonthWindow] = []
    for row in table.read(file, data, _MONTHS, problems):
        number = row.needed("number")
        since, until = row.needed_day("start"), row.needed_day("end")
        if not number.isascii() or not number.isdigit():
            row.problem(f"{number!r} is no number of a month", "number")
        elif since and until and until < since:
            row.problem(f"the month ends ({until}) before it begins ({since})", "end")
        elif since and until:
            windows.append(MonthWindow(row.where, row.needed("track", 20), int(number), since, until))
    _require_disjoint(windows, problems)
    return windows


def read_bells(file: str, data: bytes, problems: list[Problem]) -> list[Bell]:
    """Return the meetings of a bell file; a section has at most one a weekday."""
    bells: list[Bell] = []
    first: dict[tuple[str, int], Row] = {}
    for row in table.read(file, data, _BELLS, problems):
        section, letters = row.needed("section"), row.needed("weekdays").upper()
        starts, ends = row.clock("start"), row.clock("end")
        if not re.fullmatch(f"[{_WEEKDAYS}]*", letters) or len(set(letters)) != len(letters):
            row.problem(f"{letters!r} are no weekdays; write a letter each of {_WEEKDAYS}", "weekdays")
            continue
        if starts is None or ends is None:
            continue
        if ends <= starts:
            row.problem(f"the class ends ({ends:%H:%M}) before it begins ({starts:%H:%M})", "end")
        for weekday in map(_WEEKDAYS.index, letters):
            before = first.setdefault((section, weekday), row)
            if before is not row:
                row.problem(f"row {before.where.row} says when this section meets that day", "weekdays")
            bells.append(Bell(row.where, section, weekday, starts, ends))
    return bells


def _truth(row: Row, column: str) -> bool | None:
    value = row.text(column).casefold()
    if value in {"yes", "y", "true", "1"}:
        return True
    if value in {"no", "n", "false", "0"}:
        return False
    row.problem(f"{value!r} is neither yes nor no", column)
    return None


def _kind(row: Row, on: date, *, is_taught: bool) -> str:
    kind = row.text("kind").casefold() or ("regular" if is_taught else "holiday")
    if kind not in KINDS:
        row.problem(f"{kind!r} is no kind of day; write one of {', '.join(KINDS)}", "kind")
    elif is_taught != (kind in _TAUGHT_KINDS):
        row.problem(f"a {kind} day is {'not ' if is_taught else ''}taught", "taught")
    elif is_taught and on.weekday() >= SATURDAY and kind != "make-up":
        row.problem(f"{on} is a weekend; a day taught then is a make-up day (EC 37223)", "kind")
    return kind


def minutes_in(row: Row, column: str) -> int | None:
    """Return a cell's minutes of one day; an empty cell is none, anything but a number a problem."""
    value = row.text(column)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) <= _MINUTES_IN_A_DAY):
        row.problem(f"{value!r} is no number of minutes", column)
        return None
    return int(value)


def part_of_minutes(row: Row, column: str, offered: int | None) -> int | None:
    """Return a cell's minutes that are part of those offered; more than those, or of none, is a problem."""
    part = minutes_in(row, column)
    if part is not None and offered is None:
        row.problem("part of the day's minutes, but nobody says how many are offered", column)
    elif part is not None and offered is not None and part > offered:
        row.problem(f"{part} of {offered} minutes offered cannot be (EC 47612.5(e)(1))", column)
    return part


def _minutes(row: Row, *, is_taught: bool) -> int | None:
    minutes = minutes_in(row, "minutes")
    if minutes and not is_taught:
        row.problem("minutes are offered on a day that is not taught", "minutes")
    return minutes


def _require_disjoint(windows: list[MonthWindow], problems: list[Problem]) -> None:
    by_track: defaultdict[str, list[MonthWindow]] = defaultdict(list)
    for window in windows:
        by_track[window.track].append(window)
    for track, months in by_track.items():
        ordered = sorted(months, key=lambda month: (month.since, month.number))
        for one, other in combinations(ordered, 2):
            if one.number == other.number:
                text = f"row {one.where.row} has month {other.number} of track {track} already"
                problems.append(Problem(other.where, text, "number"))
            if other.since <= one.until:
                days = (min(one.until, other.until) - other.since + timedelta(days=1)).days
                shared = (
                    f"1 day from {other.since} on is"
                    if days == 1
                    else f"{days} days from {other.since} on are"
                )
                text = f"{shared} in month {one.number} too (row {one.where.row})"
                problems.append(Problem(other.where, text, "start"))
