"""Published: the way from a number of a report to the student-days behind it, step by step."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolMonth, monday_of
from central.domain.enrolment import GradeSpan, Modality
from central.law.months import school_months
from central.law.periods import divisor_days, months_in
from central.reports.ground import Ground
from central.reports.period import PeriodRow, ProofLine
from central.reports.periods import rows_of
from central.reports.proof import proof_of


@dataclass(frozen=True, slots=True)
class CellName:
    """Which number: one track, grade span and modality."""

    track: str
    span: GradeSpan
    modality: Modality

    @classmethod
    def of(cls, row: PeriodRow | AttendanceDay) -> "CellName":
        """Return the cell a row is, or a day is counted in."""
        span = row.span if isinstance(row, PeriodRow) else row.grade.span
        return cls(row.track, span, row.modality)


@dataclass(frozen=True, slots=True)
class MonthOfCell:
    """One school month of a cell: the days taught in it and the student-days counted of it."""

    month: SchoolMonth
    days_taught: int
    student_days: int


def cells(ground: Ground) -> list[PeriodRow]:
    """Return the numbers of a report, each with numerator and divisor."""
    return list(rows_of(ground))


def months(ground: Ground, name: CellName) -> list[MonthOfCell]:
    """Return the school months of a cell; their days add up to its numerator and its divisor.

    A class on a weekend is counted in the month its week belongs to, and divides nothing.
    """
    calendar = ground.calendars[name.track]
    of_period = months_in(ground.kind, school_months(calendar), calendar.school_year)
    taught = divisor_days(ground.in_period[name.track])
    counted = Counter(day.on for day in _days(ground, name))
    return [
        MonthOfCell(
            month,
            sum(monday_of(on) in month.weeks for on in taught),
            sum(count for on, count in counted.items() if monday_of(on) in month.weeks),
        )
        for month in of_period
    ]


def student_days(ground: Ground, name: CellName, month: int) -> tuple[ProofLine, ...]:
    """Return the student-days counted in one school month of a cell, each with the record it rests on."""
    calendar = ground.calendars[name.track]
    weeks = {week for found in school_months(calendar) if found.number == month for week in found.weeks}
    kept = [day for day in _days(ground, name) if monday_of(day.on) in weeks]
    return tuple(sorted(proof_of(replace(ground, counted=kept)), key=_by_day))


def _days(ground: Ground, name: CellName) -> Iterator[AttendanceDay]:
    return (day for day in ground.counted if CellName.of(day) == name)


def _by_day(line: ProofLine) -> tuple[date, str]:
    return line.on, line.student


def name_among(rows: Iterable[PeriodRow], track: str, span: str, modality: str) -> CellName | None:
    """Return the cell an address names, if the report has it."""
    wanted = (track, span, modality)
    return next(
        (CellName.of(row) for row in rows if (row.track, row.span.value, row.modality.value) == wanted), None
    )
