"""The questions of the tables about recovery accounts, their periods, ADA and services."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import Grade
from central.domain.period import PeriodKind
from central.domain.recovery import (
    MinutesPolicy,
    RecoveryService,
    RecoverySession,
    RegularDay,
    ServiceKind,
)
from central.law.recovery_account import RecoveryAccount, RecoveryGround, account
from central.law.recovery_ada import RecoveredDay, recovered_ada
from central.law.recovery_claw_back import claw_back
from central.law.recovery_ledger import minutes_policy
from central.law.recovery_periods import period_accounts, recovery_counts_to
from central.law.recovery_services import findings_on_services, service_figures
from central.reports.rounding import half_up
from tests.fakes.recovery_law import STUDENT, missed, school_calendar, session_on, whole_days
from tests.fakes.school_days import calendar_of, some_weekdays
from tests.law_tables.given import Given

SCHOOL = "0101234"


def _sessions(given: Given) -> list[RecoverySession]:
    grade = Grade(given.word("grade")) if "grade" in given else Grade.G9
    held = whole_days(given.days("whole_days_on"), grade)
    for row in given.each("sessions"):
        begins = row.clock("begins") if "begins" in row else time(9)
        session = session_on(row.day("on"), row.number("minutes"), grade, begins)
        session = replace(session, is_signed="unsigned" not in row)
        held.append(replace(session, teachers=row.number("teachers") if "teachers" in row else 1))
    return held


def _absences(given: Given) -> list[FullDayAbsence]:
    special = [
        found
        for row in given.each("other_absences")
        for found in missed([row.day("on")], AbsenceReason(row.word("reason")))
    ]
    return [*missed(given.days("absent_on")), *special]


def _ground(given: Given) -> RecoveryGround:
    policy = MinutesPolicy(given.word("policy")) if "policy" in given else None
    hours = (
        RegularDay(given.clock("regular_begins"), given.clock("regular_ends"))
        if "taught_on" in given
        else None
    )
    return RecoveryGround(
        regular_days=dict.fromkeys(given.days("taught_on"), hours) if hours else {},
        days_attended=frozenset(given.days("attended_on")),
        days_used_elsewhere=given.number("used_elsewhere") if "used_elsewhere" in given else 0,
        policy_on=(lambda _on: policy) if policy else minutes_policy,
    )


def _account(given: Given) -> RecoveryAccount:
    as_of = given.day("as_of")
    year = SchoolYear(given.word("year")) if "year" in given else SchoolYear.of(as_of)
    return account(STUDENT, _sessions(given), _absences(given), year, as_of, _ground(given))


def recovery_account(given: Given) -> dict[str, object]:
    found = _account(given)
    return {
        "earned": found.days_earned,
        "used": found.days_used,
        "findings": [finding.rule for finding in found.findings],
    }


def time_kept(given: Given) -> dict[str, object]:
    found = _account(given)
    return {
        "raw": found.raw_minutes,
        "credited": found.credited_minutes,
        "earned": found.days_earned,
        "banked": found.minutes_banked,
        "unused_days": found.days_unused,
        "expired_days": found.days_expired,
        "expired_minutes": found.minutes_expired,
    }


def absences_made_up(given: Given) -> dict[str, object]:
    return {"made_up": [absence.on for absence in _account(given).offset]}


def other_reading(given: Given) -> dict[str, object]:
    found = _account(given)
    return {"used": found.days_used, "beside_attendance": found.days_used_beside_attendance}


def at_the_periods(given: Given) -> dict[str, object]:
    """Ask in the year of `school_calendar`: P-1 counts to December 19, P-2 to March 27."""
    found = period_accounts(STUDENT, _sessions(given), _absences(given), school_calendar(), _ground(given))
    return {kind.value: kept.days_used for kind, kept in found.items()}


def period_counts_to(given: Given) -> dict[str, object]:
    return {"date": recovery_counts_to(PeriodKind(given.word("period")), school_calendar())}


def clawed_back(given: Given) -> dict[str, object]:
    """Compare the account with the one after absences became presences, or sessions lost their signature."""
    before = _account(given)
    corrected, unsigned = given.days("corrected_to_present"), given.days("signature_withdrawn")
    absences = [absence for absence in _absences(given) if absence.on not in corrected]
    sessions = [
        replace(session, is_signed=session.on not in unsigned and session.is_signed)
        for session in _sessions(given)
    ]
    after = account(STUDENT, sessions, absences, before.year, before.as_of, _ground(given))
    change = claw_back(before, after)
    return {
        "before": before.days_used,
        "after": after.days_used,
        "taken_back": change.days,
        "no_longer_made_up": list(change.no_longer_offset),
        "now_made_up": list(change.newly_offset),
        "because": list(change.reasons),
    }


def recovered_average(given: Given) -> dict[str, object]:
    """Spread so many recovered days over as many students as it takes."""
    days = some_weekdays(given.number("days_taught"), date(2025, 8, 4))
    recovered = [
        RecoveredDay(f"S{index // len(days)}", days[index % len(days)], SCHOOL, "A", Grade.G9)
        for index in range(given.number("recovered_days"))
    ]
    lines = recovered_ada(recovered, {"A": calendar_of(days)})
    return {"ada": str(half_up(sum(lines.values())))}


def services_of(given: Given) -> list[RecoveryService]:
    return [
        RecoveryService(
            student=STUDENT,
            kind=ServiceKind(row.word("kind")),
            since=row.day("since"),
            until=row.day("until") if "until" in row else None,
            school=row.word("school") if "school" in row else SCHOOL,
            is_calendar=row.flag("calendar"),
            days_used=row.number("days_used") if "days_used" in row else None,
            minutes_earned=row.number("minutes") if "minutes" in row else None,
            record=DateSpan(row.day("record")) if "record" in row else None,
            comments="x" * row.number("comment_characters") if "comment_characters" in row else "",
        )
        for row in given.each("services")
    ]


def what_services_show(given: Given) -> dict[str, object]:
    found, services = _account(given), services_of(given)
    figures = service_figures(found, services)
    return {
        "figures": [
            shown.minutes_earned if shown.days_used is None else shown.days_used for shown in figures
        ],
        "findings": [finding.says for finding in findings_on_services(found, services)],
    }


QUESTIONS: dict[str, Callable[[Given], dict[str, object]]] = {
    "recovery account": recovery_account,
    "recovery time kept": time_kept,
    "absences made up": absences_made_up,
    "recovery under the other reading of the week": other_reading,
    "recovery at the periods": at_the_periods,
    "what recovery counts to": period_counts_to,
    "recovery clawed back": clawed_back,
    "recovered average daily attendance": recovered_average,
    "what recovery services show": what_services_show,
}
