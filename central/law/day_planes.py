"""The days of a student's year as bits: which days are enrolled, attended and missed, cell by cell."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeVar

from central.domain.absence import FullDayAbsence
from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolYear, TrackCalendar
from central.domain.day_bits import bit_of, bits_between, bits_of, to_bytes, weekend_bits
from central.domain.enrolment import EnrolledSpan, Grade
from central.domain.period import PeriodKind
from central.law.ada import enrolment_in_force
from central.law.periods import divisor_days, is_divisor_day, period_calendar
from central.law.provision import share
from central.law.recovery_periods import recovery_counts_to
from central.law.weekend import countable_calendar

PERIODS: Final = tuple(PeriodKind)
_SPANS: Final = {grade: grade.span.value for grade in Grade}


class Cell(NamedTuple):
    """What a count is kept apart by; `span` and `modality` are the values of their kinds, as stored."""

    track: str
    span: str
    modality: str


class StudentRow(NamedTuple):
    """One student's year in one cell; each plane is a set of days as `central.domain.day_bits` keeps it.

    `enrolled` are the days of the enrolment, whether taught or not; `attended` those that may be
    claimed; `absent` the full-day absences. A date is attended or absent in one row of a student.
    """

    student: str
    track: str
    span: str
    modality: str
    enrolled: bytes
    attended: bytes
    absent: bytes

    @property
    def cell(self) -> Cell:
        """What the row is counted in."""
        return Cell(self.track, self.span, self.modality)


Key = TypeVar("Key", str, int)
Row = tuple[Key, str, str, str, bytes, bytes, bytes]
"""A `StudentRow` as a database returns it: students by number or by key, and nothing is made of it."""


@dataclass(frozen=True, slots=True)
class TrackMasks:
    """The days of one track as bits, for each of P-1, P-2 and Annual in this order.

    `divisors` are the days a period is divided by, `countable` these and the weekend classes it
    takes in; `until` every day up to the one recovery and absence are counted to.
    """

    divisors: tuple[int, ...]
    countable: tuple[int, ...]
    until: tuple[int, ...]
    taught: int
    weekends: int
    chronic_share: tuple[int, int]
    """The share that makes a chronic absentee, as numerator and denominator."""


def track_masks(calendar: TrackCalendar) -> TrackMasks:
    """Lay a track's calendar out in bits.

    Raises LawError where the law finds no school months, or no period, in the calendar.

    Cites: EC 41601; EC 37223; EC 60901(c)(1) (R-CAL-03, R-CAL-04, R-ADA-08, R-CHR-01).
    """
    year = calendar.school_year
    ends = [recovery_counts_to(kind, calendar) for kind in PERIODS]
    chronic = share("chronic_absence_share", year.starts_on)
    return TrackMasks(
        divisors=tuple(bits_of(period_calendar(kind, calendar).days_taught, year) for kind in PERIODS),
        countable=tuple(bits_of(countable_calendar(kind, calendar).days_taught, year) for kind in PERIODS),
        until=tuple(0 if end is None else bits_between(year.starts_on, end, year) for end in ends),
        taught=bits_of(divisor_days(calendar), year),
        weekends=weekend_bits(year),
        chronic_share=(chronic.numerator, chronic.denominator),
    )


def student_rows(
    spans: Iterable[EnrolledSpan],
    calendars: Mapping[str, TrackCalendar],
    year: SchoolYear,
    days: Iterable[AttendanceDay],
    absences: Iterable[FullDayAbsence],
) -> list[StudentRow]:
    """Lay enrolments, attendance days and full-day absences of a school year out in bits, by student.

    Each day attended stands in the cell it names. An absence stands in the enrolment of that day; of
    two tracks that are taught, in the older one. One on no day of an enrolment stands nowhere, nor does
    one of a day attended all the same, by independent study.

    Cites: 5 CCR 11960(a); EC 46010.3 (R-ADA-02, R-ADA-04, R-ADA-06).
    """
    held: dict[str, list[EnrolledSpan]] = defaultdict(list)
    for span in spans:
        held[span.student].append(span)
    planes: dict[tuple[str, Cell], list[int]] = defaultdict(lambda: [0, 0, 0])
    for student, theirs in held.items():
        for cell, enrolled in _enrolled(theirs, year).items():
            planes[student, cell][0] = enrolled
    attended: set[tuple[str, date]] = set()
    for day in days:
        attended.add((day.student, day.on))
        cell = Cell(day.track, _SPANS[day.grade], day.modality.value)
        planes[day.student, cell][1] |= 1 << bit_of(day.on, year)
    for absence in absences:
        if (absence.student, absence.on) in attended:
            continue
        cell_of_day = _cell_on(absence.on, held[absence.student], calendars)
        if cell_of_day is not None:
            planes[absence.student, cell_of_day][2] |= 1 << bit_of(absence.on, year)
    return [
        StudentRow(student, *cell, *map(to_bytes, found)) for (student, cell), found in sorted(planes.items())
    ]


def _enrolled(spans: Iterable[EnrolledSpan], year: SchoolYear) -> dict[Cell, int]:
    """Return the days of each cell; in a track the younger enrolment says what is true."""
    found: dict[Cell, int] = {}
    for span in sorted(spans, key=lambda span: (span.since, span.grade.level)):
        days = bits_between(span.since, span.until, year)
        cell = _cell(span)
        for other in found:
            if other.track == cell.track:
                found[other] &= ~days
        found[cell] = found.get(cell, 0) | days
    return {cell: days for cell, days in found.items() if days}


def _cell_on(on: date, spans: Iterable[EnrolledSpan], calendars: Mapping[str, TrackCalendar]) -> Cell | None:
    here = [span for span in spans if span.holds(on) and span.track in calendars]
    taught = {span.track for span in here if is_divisor_day(on, calendars[span.track])}
    in_force = [span for track in taught if (span := enrolment_in_force(here, track, on))]
    return _cell(min(in_force, key=lambda span: (span.since, span.track))) if in_force else None


def _cell(span: EnrolledSpan) -> Cell:
    return Cell(span.track, _SPANS[span.grade], span.modality.value)
