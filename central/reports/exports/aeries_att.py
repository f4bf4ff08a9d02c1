"""Aeries' attendance rows: absences and tardies of some days, and the make-up code of those recovered."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from central.domain.absence import AbsenceReason
from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding
from central.exchange import layout
from central.exchange.aeries.tables import (
    ATTENDANCE,
    PERIODS,
    AeriesTemplate,
    AttendanceRow,
    Codes,
    MakeUp,
    attendance_cells,
)
from central.reports.exports.asking import Ask, blocking, left_out
from central.reports.recovery_books import books
from central.store.queries.absences import full_day_absences
from central.store.queries.calendars import track_calendars
from central.store.queries.certified_records import CertifiedRecord, certified_records
from central.store.queries.enrolments import enrolled_spans
from central.work.exports import Made, OutFile
from central.work.recovery_year import is_in_force

_PERIOD: Final = re.compile(r"(\d+)(?:-(\d+))?")
_COMMENT: Final = "attendance recovery"
Day = tuple[str, date]


@dataclass
class _Needed:
    """Which codes of the template were needed and are not there, and what was left out."""

    codes: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def code(self, name: str, value: str) -> str:
        """Return a code; one that is missing is noted."""
        if not value:
            self.codes.add(name)
        return value


def make(ask: Ask) -> Made:
    """Return a row for each student's day with an absence or a tardy; presence has no row there."""
    template = layout.template(ask.template, AeriesTemplate)
    shape = ATTENDANCE.changed(template.layout)
    needed = _Needed()
    rows = list(_rows(ask, template.codes, needed))
    school = needed.code("school", template.school)
    data = layout.write(shape, [attendance_cells(row, school, template.codes, shape) for row in rows])
    says = "the template does not name it, and Aeries knows the school and each kind of absence by its own"
    missing = [
        blocking(f"code {name}", says, f"write {name} into the template") for name in sorted(needed.codes)
    ]
    return ask.made(
        files=(OutFile(ask.name(".csv"), data, len(rows)),) if rows else (),
        findings=(*missing, *needed.findings),
    )


def day_numbers(calendars: Mapping[str, TrackCalendar]) -> dict[tuple[str, date], int]:
    """Return the number of each day taught, counted from 1 in each track."""
    return {
        (track, on): number
        for track, calendar in calendars.items()
        for number, on in enumerate(sorted(calendar.days_taught), start=1)
    }


def _rows(ask: Ask, codes: Codes, needed: _Needed) -> Iterator[AttendanceRow]:
    numbers = day_numbers(track_calendars(ask.school.pk, Year(ask.year.name)))
    spans = _spans(enrolled_spans(ask.school.pk, Year(ask.year.name)))
    reasons = _full_days(ask)
    made_up = _make_ups(ask)
    by_day: dict[Day, list[CertifiedRecord]] = defaultdict(list)
    for record in certified_records(ask.year, ask.since, ask.until):
        if record.is_absent or record.is_tardy:
            by_day[record.student, record.on].append(record)
    for (student, on), records in sorted(by_day.items(), key=lambda item: (item[0][1], item[0][0])):
        tracks = [span.track for span in spans[student] if span.holds(on) and (span.track, on) in numbers]
        if not tracks:
            says = "no track of the student is taught that day, so it has no day number"
            needed.findings.append(left_out(student, on, says, "correct the calendar or the enrollment"))
            continue
        reason = reasons.get((student, on))
        earned = made_up.get((student, on))
        if earned:
            needed.code("make_up", codes.make_up)
        yield AttendanceRow(
            student=student,
            on=on,
            day_number=numbers[tracks[0], on],
            all_day=needed.code(*codes.of(reason)) if reason else "",
            periods={} if reason else dict(_periods(records, codes, needed)),
            make_up=earned,
        )


def _full_days(ask: Ask) -> dict[Day, AbsenceReason]:
    away = full_day_absences(ask.year, ask.now, ask.until)
    return {(one.student, one.on): one.reason for one in away if ask.in_days(one.on)}


def _spans(spans: Iterable[EnrolledSpan]) -> Mapping[str, list[EnrolledSpan]]:
    found: dict[str, list[EnrolledSpan]] = defaultdict(list)
    for span in spans:
        found[span.student].append(span)
    return found


def _periods(records: Iterable[CertifiedRecord], codes: Codes, needed: _Needed) -> Iterator[tuple[str, str]]:
    """Yield the period columns of a day somebody came to in part, each with its code."""
    for record in records:
        name, code = ("absent_from_class", codes.absent_from_class)
        if not record.is_absent:
            name, code = ("tardy", codes.tardy)
        found = [period for period in _named(record.periods) if period in PERIODS]
        if not found:
            says = f"{record.section} names no period from 0 to 9, and a row has a column for those alone"
            remedy = "bring the class's period with the roster, or key this one by hand"
            needed.findings.append(left_out(record.student, record.on, says, remedy))
        for period in found:
            yield period, needed.code(name, code)


def _named(periods: str) -> Iterator[str]:
    """Yield the periods of a text like "1", "1,3" or "2-4"."""
    for first, last in _PERIOD.findall(periods):
        yield from map(str, range(int(first), min(int(last or first), int(first) + len(PERIODS)) + 1))


def _make_ups(ask: Ask) -> dict[Day, MakeUp]:
    """Return what made each recovered absence good: the oldest earned day the oldest absence."""
    if not is_in_force(Year(ask.year.name)):
        return {}
    held = books(ask.year, ask.as_of, ask.before)
    found = {}
    for student in held.ledger.students:
        account = held.account(student)
        minutes = {credit.on: credit.needed for credit in account.earned.dates}
        for absence, earned_on in zip(account.offset, account.earned_on, strict=False):
            found[student, absence.on] = MakeUp(on=earned_on, minutes=minutes[earned_on], comment=_COMMENT)
    return found
