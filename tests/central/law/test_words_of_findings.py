"""Whole findings, word for word, that no law table brings about: their rule, citation, words and remedy."""

from dataclasses import replace
from datetime import date, time

from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.recovery import ServiceKind
from central.law.minutes import findings_on_days, findings_on_minutes
from central.law.recovery_account import RecoveryAccount, RecoveryGround, account
from central.law.recovery_ada import recovered_days
from central.law.recovery_claw_back import findings_on_claw_back
from central.law.recovery_services import findings_on_services
from central.law.recovery_sessions import findings_on_minutes_documented
from tests.fakes.recovery_law import STUDENT, YEAR, enrolled, missed, service, session_on, whole_days
from tests.fakes.school_days import some_weekdays

ON = date(2024, 7, 1)
SATURDAYS = [date(2025, 9, 6), date(2025, 9, 13)]
ABSENT = some_weekdays(2, date(2025, 9, 2))
ASKED = RecoveryGround()


def account_of(absent: list[date], ground: RecoveryGround = ASKED) -> RecoveryAccount:
    return account(STUDENT, whole_days(SATURDAYS), missed(absent), YEAR, date(2025, 12, 19), ground)


def test_a_grade_offered_a_minute_too_few() -> None:
    assert findings_on_minutes(Grade.G9, 64_800, ON) == ()
    assert findings_on_minutes(Grade.G9, 64_799, ON) == (
        Finding(
            rule="R-MIN-01",
            citation="EC 47612.5(a)(1)",
            subject="grade 9",
            on=None,
            says="64799 minutes are offered; 64800 are required",
            remedy="lengthen days or add days before the year ends",
            severity=Severity.BLOCKING,
        ),
    )


def test_a_track_taught_a_day_too_few() -> None:
    assert findings_on_days("track A", 175, ON) == ()
    assert findings_on_days("track A", 174, ON) == (
        Finding(
            rule="R-DAY-01",
            citation="5 CCR 11960(b)",
            subject="track A",
            on=None,
            says="taught on 174 days; below 175 the apportionment is cut",
            remedy="add school days, or ask for credit of closed days on Form J-13A",
            severity=Severity.BLOCKING,
        ),
    )


def test_nobody_asked_the_school_before() -> None:
    unasked = RecoveryGround(days_used_elsewhere=None)
    assert account_of(ABSENT, unasked).findings == (
        Finding(
            rule="R-AR-15",
            citation="EC 46211",
            subject=STUDENT,
            on=None,
            says="nobody has asked how many days another school used for the student this year",
            remedy="ask the school before; the days of both together are held to those of one year",
            severity=Severity.WARNING,
        ),
    )


def test_a_recovered_day_no_school_earns() -> None:
    said = {"in no Used service": "add the Used service"}
    said["of a date without an enrolment"] = "correct the dates of the enrolment, or the absence"
    wanted = [
        Finding(
            rule="R-AR-12",
            citation="EC 46211",
            subject=STUDENT,
            on=ABSENT[0],
            says=f"a recovered day {what}, so no school earns it",
            remedy=remedy,
            severity=Severity.BLOCKING,
        )
        for what, remedy in said.items()
    ]
    late = service(ServiceKind.USED, ABSENT[1])
    unserved = recovered_days(account_of(ABSENT), [late], [enrolled()])
    unenrolled = recovered_days(account_of(ABSENT), [service(ServiceKind.USED)], [enrolled(ABSENT[1])])
    assert [*unserved.findings, *unenrolled.findings] == wanted
    assert [(day.student, day.on) for day in unserved.days] == [(STUDENT, ABSENT[1])]


def test_recovered_days_taken_back_with_every_reason() -> None:
    fewer = RecoveryGround(days_used_elsewhere=10)
    assert findings_on_claw_back(account_of(ABSENT), account_of(ABSENT[:1], fewer)) == (
        Finding(
            rule="R-AR-06",
            citation="EC 46211",
            subject=STUDENT,
            on=ABSENT[0],
            says=f"2 of 2 recovered days taken back: {ABSENT[1]} is no longer an absence that may be made up;"
            " the year allows 0 days instead of 10",
            remedy="revise every report that claimed them, and have the ledger write its services anew",
            severity=Severity.WARNING,
        ),
    )


def test_minutes_a_session_cannot_hold() -> None:
    long = replace(session_on(SATURDAYS[0], 60), ends=time(9, 59))
    (found,) = findings_on_minutes_documented(STUDENT, long)
    assert (found.subject, found.on) == (STUDENT, SATURDAYS[0])
    assert found.remedy == "have the teacher correct the minutes and sign again"


def test_each_session_held_at_once_names_the_others() -> None:
    on = SATURDAYS[0]
    held = [session_on(on, 60, begins=time(9, minute), name=f"R{minute}") for minute in (0, 10, 20)]
    found = account(STUDENT, held, missed(ABSENT), YEAR, date(2025, 12, 19)).findings
    assert [finding.says for finding in found if "same time" in finding.says] == [
        "documented in session R0 and at the same time in R10, R20",
        "documented in session R10 and at the same time in R0, R20",
        "documented in session R20 and at the same time in R0, R10",
    ]


def test_figures_of_a_service_that_differ_are_each_named() -> None:
    kept = service(ServiceKind.EARNED, is_calendar=False)
    (found,) = findings_on_services(account_of(ABSENT), [kept])
    assert "minutes earned" in found.says
