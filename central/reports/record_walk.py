"""Published: the way from one record down to its taps and sheets, and up to the numbers it counts in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import monday_of
from central.domain.day_bits import bit_of
from central.domain.enrolment import GradeSpan, Modality
from central.domain.period import PERIODS, PeriodKind
from central.law.months import school_months
from central.law.weekend import countable_calendar
from central.reports.audit_trail import TracedRecord, trace_record
from central.reports.walk import CellName
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Delivery, Student, StudentYear
from central.store.queries.calendars import track_calendars


@dataclass(frozen=True, slots=True)
class CountedIn:
    """One number of one report that holds the student-day of a record, and the month of it."""

    kind: PeriodKind
    word: str
    cell: CellName
    month: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a record's student-day counts now; `why_not` says why it counts nowhere."""

    cells: tuple[CountedIn, ...]
    why_not: str = ""
    rests_on: AttendanceRecord | None = None
    """The record of the same day that was certified first, where that is another one."""


def deliveries(record: AttendanceRecord) -> list[Delivery]:
    """Return what was sent of a record, the oldest first."""
    return list(record.deliveries.select_related("sent_by").order_by("sent_at", "pk"))


def traced(record: AttendanceRecord, evidence: Evidence | None) -> TracedRecord:
    """Return a record with its decisions, taps and sheets; without evidence no tap is verified."""
    return trace_record(record, evidence)


NOT_PRESENT = "it says absent"
NOT_CERTIFIED = "no certificated person stands behind it yet, or it was removed"
NOT_CLAIMED = "the day may not be claimed: see the findings of the report"
WHYS = (NOT_PRESENT, NOT_CERTIFIED, NOT_CLAIMED)
"""Every reason a record counts nowhere, for those who translate them."""
_COUNTS = {
    AttendanceRecord.Stage.CERTIFIED,
    AttendanceRecord.Stage.SUBMITTED,
    AttendanceRecord.Stage.CONFIRMED,
}


def counted(record: AttendanceRecord) -> Counted:
    """Return the numbers the record's student-day counts in now, by the days kept of the student's year."""
    if record.stage not in _COUNTS:
        return Counted((), NOT_CERTIFIED)
    if record.mark != AttendanceRecord.Mark.PRESENT:
        return Counted((), NOT_PRESENT)
    year = record.section.school_year
    cells = tuple(_cells(record.student, record.on, year.pk, Year(year.name)))
    if not cells:
        return Counted((), NOT_CLAIMED)
    first = _first_signed(record)
    return Counted(cells, rests_on=first if first != record else None)


def _cells(student: Student, on: date, year_key: int, year: Year) -> Iterator[CountedIn]:
    rows = StudentYear.objects.filter(school_year=year_key, student=student).select_related("track")
    calendars = None
    for row in rows:
        if not int.from_bytes(row.attended, "little") >> bit_of(on, year) & 1:
            continue
        calendars = calendars or track_calendars(student.school_id, year)
        calendar = calendars[row.track.code]
        cell = CellName(row.track.code, GradeSpan(row.span), Modality(row.modality))
        month = next((found for found in school_months(calendar) if monday_of(on) in found.weeks), None)
        for word, kind in PERIODS.items():
            if month is not None and on in countable_calendar(kind, calendar).days_taught:
                yield CountedIn(kind, word, cell, month.number)


def _first_signed(record: AttendanceRecord) -> AttendanceRecord | None:
    """Return the record of the student's day that was certified first, as the proof sheet names it."""
    same = AttendanceRecord.objects.filter(
        student=record.student, on=record.on, mark=record.mark, stage__in=_COUNTS
    ).select_related("section")
    signed = same.exclude(decisions__certification=None).order_by("decisions__certification__at", "pk")
    return signed.first()
