"""The questions of the tables about minutes, days, money and attendance recovery."""

from datetime import timedelta
from fractions import Fraction

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade, Programme
from central.domain.recovery import MinutesPolicy, Participation, RecoverySession, RegularDay
from central.law.minutes import days_shortfall, minimum_day, minutes_required, minutes_shortfall, withheld
from central.law.recovery import (
    can_recover,
    findings_on_recovery_programme,
    findings_on_session_hours,
    findings_on_session_signature,
    findings_on_session_staff,
)
from central.law.recovery_ledger import (
    SessionMinutes,
    minutes_policy,
    recoverable_absences,
    recovery_days_allowed,
    recovery_days_used,
    recovery_earned,
)
from central.reports.rounding import half_up, percent
from tests.law_tables.given import Given


def _loss(share: Fraction, given: Given) -> dict[str, object]:
    lost: dict[str, object] = {"lost": f"{percent(share)}%"}
    if "apportionment" in given:
        lost["dollars"] = str(half_up(withheld(given.number("apportionment"), share)))
    return lost


def minutes_offered(given: Given) -> dict[str, object]:
    grade = Grade(given.word("grade"))
    share = minutes_shortfall(grade, given.number("offered"), given.day("on"))
    return {"required": minutes_required(grade, given.day("on")), **_loss(share, given)}


def days_offered(given: Given) -> dict[str, object]:
    return _loss(days_shortfall(given.number("taught"), given.day("on")), given)


def minimum_days(given: Given) -> dict[str, object]:
    return {"minutes": minimum_day(Grade(given.word("grade")), given.day("on"))}


def recovery_programme(given: Given) -> dict[str, object]:
    findings = findings_on_recovery_programme(Programme(given.word("programme")), given.day("on"))
    return {"allowed": not findings}


def recovery_session(given: Given) -> dict[str, object]:
    grades = [Grade(grade) for grade in given.words("grades")] * given.number("of_each")
    session = RecoverySession(
        session="R1",
        on=given.day("on"),
        begins=given.clock("begins"),
        ends=given.clock("ends"),
        teachers=given.number("teachers"),
        is_signed=given.flag("signed"),
        present=tuple(Participation(f"S{index}", grade, 60) for index, grade in enumerate(grades)),
    )
    regular = None
    if "regular_begins" in given:
        regular = RegularDay(given.clock("regular_begins"), given.clock("regular_ends"))
    findings = [
        *findings_on_session_hours(session, regular),
        *findings_on_session_staff(session),
        *findings_on_session_signature(session),
    ]
    return {
        "counts": not any(finding.blocks for finding in findings),
        "findings": [finding.rule for finding in findings],
    }


def recovery_minutes(given: Given) -> dict[str, object]:
    """Ask for sessions on every so-manieth day from the first on, all of one grade and length."""
    first = given.day("first_session")
    policy = MinutesPolicy(given.word("policy")) if "policy" in given else minutes_policy(first)
    apart = given.number("days_apart") if "days_apart" in given else 7
    parts = [
        SessionMinutes(first + timedelta(days=index * apart), Grade(given.word("grade")), minutes)
        for index, minutes in enumerate(given.numbers("minutes"))
    ]
    earned = recovery_earned(parts, lambda _on: policy)
    return {"days": earned.days, "left": earned.minutes_banked}


def recovery_used(given: Given) -> dict[str, object]:
    allowed = recovery_days_allowed(given.day("on"))
    return {"used": recovery_days_used(given.number("earned"), given.number("absences"), allowed)}


def absences_to_recover(given: Given) -> dict[str, object]:
    absences = [
        FullDayAbsence("S1", row.day("on"), AbsenceReason(row.word("reason")))
        for row in given.each("absences")
    ]
    return {"recoverable": len(recoverable_absences("S1", absences, SchoolYear(given.word("year"))))}


def session_and_absence(given: Given) -> dict[str, object]:
    return {"recovers": can_recover(given.day("session"), given.day("absence"))}
