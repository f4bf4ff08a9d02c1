"""Published: the days of a request to the state as CSV."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.closure import RequestKind
from central.exchange import table
from central.exchange.problem import Problem, Where
from central.exchange.table import Columns, Row

_DAYS: Final = Columns(("track", "date"), ("minutes", "normal", "attended"))
_MINUTES_IN_A_DAY: Final = 24 * 60
_HUNDREDTHS: Final = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?")
_CENT: Final = 100


@dataclass(frozen=True, slots=True)
class DayLine:
    """One date of one track a request is about; what is normal in hundredths of a student."""

    where: Where
    track: str
    on: date
    minutes: int
    normal_hundredths: int | None
    attended: int | None


def read_days(file: str, data: bytes, kind: RequestKind, problems: list[Problem]) -> list[DayLine]:
    """Return the days of a file; a closure names minutes, a material decrease the attendance."""
    lines: list[DayLine] = []
    first: dict[tuple[str, date], Row] = {}
    for row in table.read(file, data, _DAYS, problems):
        track, on = row.needed("track", 20), row.needed_day("date")
        minutes = _count(row, "minutes", _MINUTES_IN_A_DAY)
        normal, attended = _hundredths(row, "normal"), _count(row, "attended", 10**6)
        if kind is RequestKind.CLOSURE and minutes is None:
            row.problem("name the minutes that were to be offered that day; 0 for none", "minutes")
        if kind is RequestKind.MATERIAL_DECREASE and (not normal or attended is None):
            row.problem("name what attendance is normal, and who attended", "normal")
        if on is None:
            continue
        before = first.setdefault((track, on), row)
        if before is not row:
            row.problem(f"row {before.where.row} names this day of the track already", "date")
        lines.append(DayLine(row.where, track, on, minutes or 0, normal, attended))
    if not lines and not problems:
        problems.append(Problem(Where(file), "there is no day in this file"))
    return lines


def _count(row: Row, column: str, most: int) -> int | None:
    value = row.text(column)
    if not value:
        return None
    if value.isascii() and value.isdigit() and int(value) <= most:
        return int(value)
    row.problem(f"{value!r} is no whole number up to {most}", column)
    return None


def _hundredths(row: Row, column: str) -> int | None:
    value = row.text(column)
    if not value:
        return None
    found = _HUNDREDTHS.fullmatch(value)
    if found is None:
        row.problem(f"{value!r} is no attendance; write it like 412.35", column)
        return None
    return int(found[1]) * _CENT + int((found[2] or "").ljust(2, "0"))
