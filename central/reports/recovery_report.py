"""Published: compute the attendance recovery report, and the recovered lines of a period."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolYear as Year
from central.domain.local_day import end_of
from central.domain.period import PeriodKind
from central.domain.recovery import RecoverySession
from central.errors import CentralError
from central.law import question
from central.law.absence import expected_days
from central.law.calpads import AbsenceSummary, absence_summary, findings_on_absence_summaries
from central.reports.head import head
from central.reports.recovery import (
    RecoveredAbsence,
    RecoveredLine,
    RecoveredPeriod,
    RecoveryReport,
    ServiceLine,
    SessionLine,
    StudentRecovery,
)
from central.reports.recovery_books import RecoveryBooks, books
from central.reports.recovery_findings import findings
from central.store.models import SchoolYear
from central.store.queries import recovery as stored
from central.work.recovery_year import BEGAN, is_in_force

NOW = "as of"
"""What the account of the report's own day is called beside those of the periods."""
_RULES = (*(f"R-AR-{number:02d}" for number in range(1, 16)), "R-CAL-03", "R-ADA-09")


def report(year: SchoolYear, as_of: date, now: datetime) -> RecoveryReport:
    """Return everything about a year's attendance recovery as known by the end of `as_of`.

    Calendars, enrollments, records and services are those known now; sessions, signatures, decisions,
    notes and the ledger's written figures those of that moment. Raises CentralError for a day that has
    not come or is before the year, and for a year before recovery began.
    """
    school, named = year.school, Year(year.name)
    zone = ZoneInfo(school.time_zone)
    _require(named, as_of, now.astimezone(zone).date())
    held = books(year, as_of, end_of(as_of, zone))
    summaries = tuple(_summaries(held))
    made = RecoveryReport(
        **head(year, as_of, now),
        periods=tuple(RecoveredPeriod(kind, tuple(held.recovered(kind))) for kind in PeriodKind),
        students=tuple(_students(held)),
        sessions=tuple(_session(session) for session in held.ledger.sessions if session.on <= as_of),
        summaries=summaries,
        findings=(*findings(held), *findings_on_absence_summaries(summaries, held.as_of)),
        caveats=question.caveats(_RULES, held.as_of),
        digest="",
    )
    return replace(made, digest=_digest(made))


def recovered(year: SchoolYear, kind: PeriodKind, as_of: date, before: datetime) -> list[RecoveredLine]:
    """Return a period's recovered attendance as known before an instant; none before recovery began.

    Sessions and absences count to the period's last day, or to `as_of` while that has not come.
    """
    if not is_in_force(Year(year.name)):
        return []
    return books(year, as_of, before).recovered(kind)


def _require(year: Year, as_of: date, today: date) -> None:
    if not is_in_force(year):
        msg = f"{year.name} is before {BEGAN}, when attendance recovery began; name a later school year"
        raise CentralError(msg)
    if not year.starts_on <= as_of <= today:
        msg = f"{as_of} is before {year.name} or has not come yet (it is {today}); name a day up to today"
        raise CentralError(msg)


def _students(held: RecoveryBooks) -> Iterator[StudentRecovery]:
    for student in held.ledger.students:
        reached = held.reached(student)
        periods = [(kind.value, held.ledger.account(student, on)) for kind, on in reached.items()]
        account = held.account(student)
        yield StudentRecovery(
            student=student,
            records=tuple(held.records.get(student, ())),
            services=tuple(_services(held, student)),
            periods=(*periods, (NOW, account)),
            made_up=tuple(
                RecoveredAbsence(day.on, day.school, day.track, day.grade)
                for day in held.placed(account).days
            ),
        )


def _services(held: RecoveryBooks, student: str) -> Iterable[ServiceLine]:
    for row in held.rows.get(student, ()):
        dated = held.figures.get(row.pk, {})
        figures = [figure for on in sorted(dated) for figure in dated[on]]
        yield ServiceLine(row.pk, stored.as_service(row), tuple(figures))


def _session(session: RecoverySession) -> SessionLine:
    return SessionLine(
        session=session.session,
        on=session.on,
        begins=session.begins,
        ends=session.ends,
        students=len(session.present),
        teachers=session.teachers,
        minutes=sum(part.minutes for part in session.present),
        is_signed=session.is_signed,
        standards=session.standards,
    )


def _summaries(held: RecoveryBooks) -> Iterator[AbsenceSummary]:
    """Yield the state's absence summary of each student with recovered days, at this school."""
    code = held.year.school.code
    for student, facts in held.ledger.students.items():
        account = held.account(student)
        attended = [day.on for day in facts.attended]
        expected = expected_days(facts.spans, held.ledger.calendars, attended, held.as_of)
        absences = [absence for absence in facts.absences if absence.on <= held.as_of]
        here = sum(day.school == code for day in held.placed(account).days)
        yield absence_summary(student, code, len(expected), absences, here)


def _digest(made: RecoveryReport) -> str:
    """Hash what the numbers rest on: rules, sessions, absences, services and every recovered line."""
    ground = [
        *(made.school_code, made.year, str(made.as_of), made.rule_set),
        [[line.kind.value, [[*map(str, _members(row))] for row in line.lines]] for line in made.periods],
        [
            [session.session, str(session.on), session.students, session.minutes, session.is_signed]
            for session in made.sessions
        ],
        [
            [
                student.student,
                [
                    [
                        name,
                        str(account.as_of),
                        account.credited_minutes,
                        account.days_earned,
                        account.days_used,
                    ]
                    for name, account in student.periods
                ],
                [str(absence.on) for absence in student.now.recoverable],
                [[line.number, str(line.service)] for line in student.services],
            ]
            for student in made.students
        ],
    ]
    text = json.dumps(ground, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _members(row: RecoveredLine) -> tuple[object, ...]:
    return row.school, row.track, row.span, row.days, row.divisor
