"""Attendance recovery: the average daily attendance recovered days come to, as a line of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan, Grade, GradeSpan
from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoveryService, ServiceKind
from central.law.errors import LawError
from central.law.periods import divisor_days
from central.law.recovery_account import RecoveryAccount
from central.law.recovery_services import service_of


@dataclass(frozen=True, slots=True)
class RecoveredDay:
    """One absence made up: whose, of which date, and for which school, track and grade it counts.

    `on` is the date of the absence; track and grade are those of the student on it, and `school` is
    the attendance recovery school of the Used service that holds it.
    """

    student: str
    on: date
    school: str
    track: str
    grade: Grade


RecoveredLine = tuple[str, str, GradeSpan]
"""Attendance recovery school, track and grade span: one line of recovered attendance."""


@dataclass(frozen=True, slots=True)
class RecoveredDays:
    """The recovered days that may be reported, and what was noticed on the way."""

    days: tuple[RecoveredDay, ...]
    findings: tuple[Finding, ...]


def recovered_days(
    account: RecoveryAccount, services: Iterable[RecoveryService], spans: Iterable[EnrolledSpan]
) -> RecoveredDays:
    """Say for which school, track and grade each day of an account is recovered, oldest first.

    The school is that of the student's Used service the absence's date belongs to (`service_of`). A day
    in no Used service, or of a date without an enrolment, is recovered for nobody and leaves a finding.

    Cites: EC 46211 (R-AR-12, R-AR-15, R-ADA-06).
    """
    theirs = [found for found in services if found.student == account.student]
    held = [span for span in spans if span.student == account.student]
    days, findings = [], []
    for absence in account.offset:
        place = service_of(ServiceKind.USED, absence.on, theirs)
        here = [span for span in held if span.holds(absence.on)]
        if place is None:
            findings.append(_unplaced(account, absence.on, "in no Used service", "add the Used service"))
        elif not here:
            remedy = "correct the dates of the enrolment, or the absence"
            findings.append(_unplaced(account, absence.on, "of a date without an enrolment", remedy))
        else:
            span = _span_of_the_day(here)
            days.append(
                RecoveredDay(account.student, absence.on, theirs[place].school, span.track, span.grade)
            )
    return RecoveredDays(tuple(days), tuple(findings))


def recovered_ada(
    days: Iterable[RecoveredDay], calendars: Mapping[str, TrackCalendar]
) -> dict[RecoveredLine, Fraction]:
    """Divide recovered days by the regular divisor of the period, for each school, track and grade span.

    `calendars` hold each track's days of the period (`period_calendar`); recovered days never enter
    them. The grade is that of the date of the absence. Lines without a day are left out; exact.

    Raises LawError for a day of a track without a calendar, or whose period was taught on no day.

    Cites: EC 46211; EC 41601(a) (R-AR-12, R-ADA-06, R-ADA-07).
    """
    lines: dict[RecoveredLine, set[tuple[str, date]]] = {}
    for day in days:
        lines.setdefault((day.school, day.track, day.grade.span), set()).add((day.student, day.on))
    return {line: Fraction(len(found), _divisor(line[1], calendars)) for line, found in sorted(lines.items())}


def _span_of_the_day(here: Iterable[EnrolledSpan]) -> EnrolledSpan:
    # As for a day attended: the newer enrolment of a track says the grade, and the older track has the day.
    newest = {span.track: span for span in sorted(here, key=lambda span: (span.since, span.grade.level))}
    return min(newest.values(), key=lambda span: (span.since, span.track))


def _divisor(track: str, calendars: Mapping[str, TrackCalendar]) -> int:
    if track not in calendars:
        msg = f"track {track} has recovered days but no calendar"
        raise LawError(msg)
    taught = len(divisor_days(calendars[track]))
    if not taught:
        msg = f"track {track} was taught on no day, so it has no ADA"
        raise LawError(msg)
    return taught


def _unplaced(account: RecoveryAccount, on: date, what: str, remedy: str) -> Finding:
    return Finding(
        rule="R-AR-12",
        citation="EC 46211",
        subject=account.student,
        on=on,
        says=f"a recovered day {what}, so no school earns it",
        remedy=remedy,
        severity=Severity.BLOCKING,
    )
