from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from central.domain.enrolment import EnrolledSpan, Grade, GradeSpan
from central.domain.errors import DomainError
from central.domain.finding import Severity
from central.domain.period import PeriodKind
from central.domain.recovery import RecoveryRecord, ServiceKind
from central.law.errors import LawError
from central.law.periods import period_calendar
from central.law.recovery_account import RecoveryAccount, account
from central.law.recovery_ada import RecoveredDay, recovered_ada, recovered_days
from central.law.recovery_records import findings_on_records, findings_on_services_and_records
from central.law.recovery_services import findings_on_services, service_figures, service_of
from tests.fakes.recovery_law import (
    STUDENT,
    YEAR,
    enrolled,
    missed,
    school_calendar,
    service,
    session_on,
    whole_days,
)
from tests.fakes.school_days import calendar_of, some_weekdays

USED, EARNED = ServiceKind.USED, ServiceKind.EARNED
SATURDAYS = [date(2025, 9, 6) + timedelta(days=7 * index) for index in range(4)]
ABSENT = [date(2025, 9, 2), date(2025, 10, 1), date(2025, 11, 4)]


def account_of(absent: list[date], sessions: list[date] = SATURDAYS) -> RecoveryAccount:
    return account(STUDENT, whole_days(sessions), missed(absent), YEAR, date(2025, 12, 19))


def test_a_day_is_recovered_for_the_school_track_and_grade_of_the_date_of_the_absence() -> None:
    spans = [
        enrolled(date(2025, 8, 4), date(2025, 10, 1), grade=Grade.G8),
        enrolled(date(2025, 10, 2), grade=Grade.G9),
    ]
    services = [
        service(USED, date(2025, 7, 1), date(2025, 9, 30), school="0101234"),
        service(USED, date(2025, 10, 1), None, school="0105678"),
    ]
    found = recovered_days(account_of(ABSENT), services, spans)
    assert found.findings == ()
    assert [(day.on, day.school, day.track, day.grade) for day in found.days] == [
        (ABSENT[0], "0101234", "A", Grade.G8),
        (ABSENT[1], "0105678", "A", Grade.G8),
        (ABSENT[2], "0105678", "A", Grade.G9),
    ]


def test_a_day_no_used_service_holds_is_recovered_for_nobody() -> None:
    services = [service(USED, date(2025, 10, 1)), service(EARNED), replace(service(USED), student="S2")]
    found = recovered_days(account_of(ABSENT), services, [enrolled()])
    assert [day.on for day in found.days] == ABSENT[1:]
    (finding,) = found.findings
    assert (finding.rule, finding.on, finding.severity) == ("R-AR-12", ABSENT[0], Severity.BLOCKING)
    assert finding.says == "a recovered day in no Used service, so no school earns it"


def test_a_day_without_an_enrolment_is_recovered_for_nobody() -> None:
    spans = [enrolled(date(2025, 9, 3)), EnrolledSpan("S2", "A", Grade.G9, enrolled().programme, ABSENT[0])]
    found = recovered_days(account_of(ABSENT), [service(USED)], spans)
    assert [day.on for day in found.days] == ABSENT[1:]
    assert [finding.says for finding in found.findings] == [
        "a recovered day of a date without an enrolment, so no school earns it"
    ]


def test_of_two_tracks_the_older_enrolment_has_the_day_and_the_newer_one_of_a_track_says_the_grade() -> None:
    spans = [
        enrolled(date(2025, 8, 4), grade=Grade.G8),
        enrolled(date(2025, 8, 18), grade=Grade.G9),
        replace(enrolled(date(2025, 8, 11)), track="B"),
    ]
    (day,) = recovered_days(account_of(ABSENT[:1]), [service(USED)], spans).days
    assert (day.track, day.grade) == ("B", Grade.G9)
    (day,) = recovered_days(account_of(ABSENT[:1]), [service(USED)], spans[:2]).days
    assert (day.track, day.grade) == ("A", Grade.G9)


def test_each_line_is_divided_by_the_regular_divisor_of_its_own_track() -> None:
    ten, twenty = (
        calendar_of(some_weekdays(count, date(2025, 8, 4)), name) for count, name in ((10, "A"), (20, "B"))
    )
    days = [
        RecoveredDay("S1", date(2025, 8, 4), "X", "A", Grade.G9),
        RecoveredDay("S1", date(2025, 8, 5), "X", "A", Grade.G10),
        RecoveredDay("S1", date(2025, 8, 5), "X", "A", Grade.G10),
        RecoveredDay("S2", date(2025, 8, 5), "X", "B", Grade.G9),
        RecoveredDay("S2", date(2025, 8, 6), "Y", "B", Grade.G3),
    ]
    assert recovered_ada(days, {"A": ten, "B": twenty}) == {
        ("X", "A", GradeSpan.G9_12): Fraction(2, 10),
        ("X", "B", GradeSpan.G9_12): Fraction(1, 20),
        ("Y", "B", GradeSpan.TK_3): Fraction(1, 20),
    }


def test_recovery_sessions_and_weekend_classes_are_in_no_divisor() -> None:
    weekdays = some_weekdays(20, date(2025, 8, 4))
    calendar = calendar_of([*weekdays, date(2025, 8, 9)])
    day = RecoveredDay("S1", weekdays[0], "X", "A", Grade.G9)
    assert list(recovered_ada([day], {"A": calendar}).values()) == [Fraction(1, 20)]


def test_the_divisor_of_a_period_is_that_of_the_regular_line() -> None:
    calendar = school_calendar()
    days = recovered_days(account_of(ABSENT), [service(USED)], [enrolled()]).days
    for kind, taught in ((PeriodKind.P1, 100), (PeriodKind.P2, 160), (PeriodKind.ANNUAL, 200)):
        shares = recovered_ada(days, {"A": period_calendar(kind, calendar)})
        assert shares == {("0101234", "A", GradeSpan.G9_12): Fraction(3, taught)}


def test_a_track_without_a_calendar_or_a_day_has_no_recovered_attendance() -> None:
    day = RecoveredDay("S1", ABSENT[0], "X", "A", Grade.G9)
    with pytest.raises(LawError, match="track A has recovered days but no calendar"):
        recovered_ada([day], {})
    with pytest.raises(LawError, match="track A was taught on no day"):
        recovered_ada([day], {"A": school_calendar().within([])})
    assert recovered_ada([], {}) == {}


def test_a_date_belongs_to_the_ledgers_service_then_to_the_older_then_by_the_school() -> None:
    on = date(2025, 10, 1)
    services = [
        service(USED, date(2025, 7, 1), is_calendar=False),
        service(USED, date(2025, 9, 1), school="B"),
        service(USED, date(2025, 8, 1), school="C"),
        service(USED, date(2025, 8, 1), school="A"),
        service(EARNED),
    ]
    assert service_of(USED, on, services) == 3
    assert service_of(USED, on, services[:2]) == 1
    assert service_of(USED, on, services[:1]) == 0
    assert service_of(EARNED, on, services) == 4
    assert service_of(USED, date(2025, 6, 30), services) is None


def test_the_services_of_one_student_do_not_show_the_account_of_another() -> None:
    strange = replace(service(USED), student="S2")
    for ask in (service_figures, findings_on_services):
        with pytest.raises(LawError, match="the services of one student") as refusal:
            ask(account_of(ABSENT), [strange])
        assert "S1" not in str(refusal.value)
        assert "S2" not in str(refusal.value)


def test_a_service_that_differs_says_what_to_do_about_it() -> None:
    by_hand = replace(service(USED, is_calendar=False), days_used=4)
    old = replace(by_hand, is_calendar=True)
    remedies = [
        finding.remedy
        for shown in (by_hand, old)
        for finding in findings_on_services(account_of(ABSENT, SATURDAYS), [shown, service(EARNED)])
    ]
    assert remedies == [
        "correct the service, or let the ledger write it by its calendar flag",
        "have the ledger write its figures anew",
    ]


def test_time_not_credited_asks_for_no_service() -> None:
    short = [session_on(SATURDAYS[0], 59), session_on(SATURDAYS[1], 60)]
    found = account(STUDENT, short, [], YEAR, date(2025, 12, 19))
    assert findings_on_services(found, [service(EARNED, SATURDAYS[1])]) == ()
    (finding,) = findings_on_services(found, [])
    assert (finding.on, finding.says) == (
        SATURDAYS[1],
        f"60 credited minutes from {SATURDAYS[1]} on lie in no Earned service",
    )


def test_records_of_two_students_do_not_overlap() -> None:
    records = [RecoveryRecord(student=student, since=date(2025, 9, 1)) for student in (STUDENT, "S2")]
    spans = [enrolled(), replace(enrolled(), student="S2")]
    assert findings_on_records(records, spans) == ()


def test_the_enrolment_of_another_student_is_none() -> None:
    (finding,) = findings_on_records([RecoveryRecord(student="S2", since=date(2025, 9, 1))], [enrolled()])
    assert (finding.subject, finding.says) == ("S2", "the record from 2025-09-01 overlaps no enrolment")
    assert finding.blocks


def test_a_service_may_not_name_the_record_of_another_student() -> None:
    record = RecoveryRecord(student="S2", since=date(2025, 9, 1))
    named = replace(service(USED, date(2025, 9, 1)), record=record.dates)
    assert len(findings_on_services_and_records([named], [record])) == 1
    theirs = replace(named, student="S2")
    assert findings_on_services_and_records([theirs], [record]) == ()


def test_a_service_that_ends_after_its_record_reaches_beyond_it() -> None:
    record = RecoveryRecord(student=STUDENT, since=date(2025, 9, 1), until=date(2025, 9, 30))
    inside = replace(service(USED, date(2025, 9, 1), date(2025, 9, 30)), record=record.dates)
    beyond = replace(inside, until=date(2025, 10, 1))
    assert findings_on_services_and_records([inside, replace(inside, until=None)], [record]) == ()
    (finding,) = findings_on_services_and_records([beyond], [record])
    assert (finding.rule, finding.severity) == ("R-AR-15", Severity.WARNING)


def test_a_record_or_a_service_that_ends_before_it_begins_cannot_exist() -> None:
    with pytest.raises(DomainError, match="cannot end"):
        RecoveryRecord(student=STUDENT, since=date(2025, 9, 2), until=date(2025, 9, 1))
    with pytest.raises(DomainError, match="cannot end"):
        service(USED, date(2025, 9, 2), date(2025, 9, 1))
