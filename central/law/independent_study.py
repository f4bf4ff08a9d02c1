"""Independent study: which days the evaluated work and the engagement of a student are worth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.independent_study import StudyCase, StudyWork
from central.domain.operator import TeacherCredential
from central.domain.school import LeaKind
from central.law.ada import Claim
from central.law.minutes import minimum_day
from central.law.provision import choice
from central.law.study_agreement import Agreed

_TIME_VALUE = "EC 51747.5(b)"
_CHARTER = "EC 51747.5(b); CDE letter of December 2004"
_NO_LATE_CREDIT = "EC 51747.5(b); CDE page on independent study"


@dataclass(frozen=True, slots=True)
class StudyDays:
    """The days of study that may be claimed, and for each other day of study why not."""

    days: frozenset[date]
    findings: tuple[Finding, ...]


def minutes_that_count(work: StudyWork) -> int:
    """Return the minutes one date's work brings: its time value and the synchronous minutes together.

    Work handed in after its assignment period was over is worth nothing any more.

    Cites: EC 51747.5(b); CDE page on independent study (R-IS-01, R-IS-04).
    """
    return work.synchronous_minutes + (0 if work.is_late else work.work_minutes)


def is_judged(work: StudyWork, credentials: Iterable[TeacherCredential]) -> bool:
    """Tell whether a person with a credential valid on the day of evaluation judged the work.

    Cites: EC 51747.5(b) (R-IS-01).
    """
    return any(
        held.teacher == work.evaluated_by and held.valid.holds(work.evaluated_on) for held in credentials
    )


def days_by_minutes(work: Iterable[StudyWork], grades: Mapping[date, Grade]) -> frozenset[date]:
    """Return the dates whose own minutes reach the grade's minimum day, as districts count.

    What a date has over is carried to no other one.

    Cites: EC 51747.5(b) (R-IS-01, R-IS-04).
    """
    return frozenset(row.on for row in work if minutes_that_count(row) >= minimum_day(grades[row.on], row.on))


def days_by_engagement(work: Iterable[StudyWork], grades: Mapping[date, Grade]) -> frozenset[date]:
    """Return the dates a charter school may claim, one assignment period after the other.

    As many as the days the student was engaged, or as the work of the period is worth if that is
    fewer; they are the first days of engagement. What a period has over is carried to no other one.

    Cites: EC 51747.5(b); CDE letter of December 2004 (R-IS-04, R-IS-05).
    """
    periods: defaultdict[date, list[StudyWork]] = defaultdict(list)
    for row in work:
        periods[row.due_on].append(row)
    days: set[date] = set()
    for rows in periods.values():
        worth = sum((_worth(row, grades[row.on]) for row in rows), start=Fraction(0))
        engaged = sorted(row.on for row in rows if row.is_engaged)
        days.update(engaged[: worth.numerator // worth.denominator])
    return frozenset(days)


def study_days(
    case: StudyCase,
    grades: Mapping[date, Grade],
    agreed: Agreed,
    kind: LeaKind,
    credentials: Sequence[TeacherCredential],
) -> StudyDays:
    """Return what of a student's independent study may be claimed, and what is lost and why.

    `grades` are the days school was taught while the student was enrolled for independent study,
    with the grade of that date. A day takes an agreement that holds, and work judged by a
    certificated person: in a district worth the minimum day on that very date, in a charter school
    time value and engagement both. Never more than one day a date.

    Cites: EC 51747.5(b); CDE letter of December 2004 (R-IS-01, R-IS-02, R-IS-04, R-IS-05).
    """
    rows = {row.on: row for row in case.work if row.on in grades}
    usable = [row for on, row in rows.items() if on in agreed.days and is_judged(row, credentials)]
    count = days_by_engagement if kind is LeaKind.CHARTER else days_by_minutes
    days = count(usable, grades)
    judged = {row.on for row in usable}
    lost = [
        agreed.against.get(on) or _why(case.student, on, rows.get(on), kind, is_sound=on in judged)
        for on in sorted(grades.keys() - days)
    ]
    return StudyDays(days, tuple(lost))


def with_study_days(attended: Claim, studied: Claim) -> Claim:
    """Add the days of independent study to those attended in class; a date both claim is one day.

    Attendance stays where it happened: the day in class is the one that is kept.

    Cites: EC 47612(d) (R-ADA-04).
    """
    seen = {(day.student, day.on) for day in attended.days}
    added = frozenset(day for day in studied.days if (day.student, day.on) not in seen)
    return Claim(attended.days | added, (*attended.findings, *studied.findings))


def _worth(row: StudyWork, grade: Grade) -> Fraction:
    """Return how many days' worth of work one date's row is in a charter school, exactly."""
    minutes = minutes_that_count(row)
    if choice("charter_study_day", row.on) == "any_minute":
        return Fraction(minutes > 0)
    return Fraction(minutes, minimum_day(grade, row.on))


def _why(student: str, on: date, row: StudyWork | None, kind: LeaKind, *, is_sound: bool) -> Finding:
    """Return why a day an agreement holds for may not be claimed."""
    if row is None:
        return Finding(
            rule="R-IS-01",
            citation=_TIME_VALUE,
            subject=student,
            on=on,
            says="no work of this day was evaluated",
            remedy="nothing, if none was done; otherwise enter the evaluation with its date",
            severity=Severity.NOTICE,
        )
    if not is_sound:
        return Finding(
            rule="R-IS-01",
            citation=_TIME_VALUE,
            subject=student,
            on=on,
            says="nobody with a credential on file for that day evaluated the work",
            remedy="file the credential, or have a certificated employee evaluate the work",
            severity=Severity.BLOCKING,
        )
    rule, citation, says = _shortfall(row, kind)
    remedy = "do not claim the day; look at it with the teacher if it should be otherwise"
    return Finding(rule, citation, student, on, says, remedy, Severity.WARNING)


def _shortfall(row: StudyWork, kind: LeaKind) -> tuple[str, str, str]:
    if row.is_late:
        return "R-IS-04", _NO_LATE_CREDIT, "the work came in after its assignment period was over"
    if kind is not LeaKind.CHARTER:
        return "R-IS-01", _TIME_VALUE, "work and synchronous minutes are fewer than the minimum day"
    if not row.is_engaged:
        return "R-IS-05", _CHARTER, "no engagement is shown for that very day"
    return "R-IS-05", _CHARTER, "the work of the assignment period is worth fewer days than were engaged"
