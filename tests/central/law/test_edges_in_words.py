"""What the law says at its edges, word for word: single days, shares, and sums that differ."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest

from central.domain.calendar import DateSpan
from central.domain.enrolment import Grade, GradeSpan
from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoverySession
from central.domain.school import LeaKind
from central.domain.student import StudentFacts
from central.law.ada import attendance_share
from central.law.attendance_day import continuation_days, continuation_hours, findings_on_minimum_day
from central.law.eligibility import findings_on_concurrent_college
from central.law.emergency import is_day_of_instruction
from central.law.errors import LawError
from central.law.nonclassroom import SpanAda, findings_on_classroom_share
from central.law.reconciliation import findings_on_period, findings_on_projection
from central.law.recovery_offer import findings_on_session_beside
from central.law.revision import changes_between, disallowed_value
from central.law.tracks import StudentAda, findings_over_one_ada
from central.law.weekend import is_make_up_class
from tests.fakes.school_days import calendar_of

DAY = date(2025, 9, 9)
SATURDAY = date(2025, 9, 13)


def test_a_district_day_below_the_minimum_is_no_day_and_says_what_to_do() -> None:
    assert findings_on_minimum_day(Grade.G9, 240, DAY) == ()
    assert findings_on_minimum_day(Grade.G9, 239, DAY) == (
        Finding(
            rule="R-ADA-03",
            citation="EC 46010",
            subject="grade 9",
            on=DAY,
            says="offered 239 minutes; a district's day of attendance takes 240",
            remedy="put the day on Form J-13A, or make it up",
            severity=Severity.BLOCKING,
        ),
    )


def test_a_day_shared_with_a_college_is_claimed_and_told_to_a_person() -> None:
    facts = StudentFacts(student="S1", in_college=(DateSpan(DAY, SATURDAY),))
    assert findings_on_concurrent_college(facts, date(2025, 9, 8)) == ()
    assert findings_on_concurrent_college(facts, DAY) == (
        Finding(
            rule="R-ADA-05",
            citation="EC 46146; EC 46146.5; EC 76004",
            subject="S1",
            on=DAY,
            says="was enrolled in a college as well; the minimum day of such students was not read",
            remedy="have counsel say which minimum day applies before these days are claimed",
            severity=Severity.WARNING,
        ),
    )


def test_a_make_up_class_is_taught_on_a_weekend_and_divided_by_never() -> None:
    calendar = calendar_of([DAY, SATURDAY])
    assert is_make_up_class(SATURDAY, calendar)
    assert not is_make_up_class(DAY, calendar)
    assert not is_make_up_class(date(2025, 9, 14), calendar)
    assert not is_make_up_class(date(2025, 9, 10), calendar)


def test_hours_of_continuation_education_may_be_none_and_never_fewer() -> None:
    assert continuation_hours(Fraction(0), Fraction(5), DAY) == 0
    assert continuation_hours(Fraction(1, 2), Fraction(1, 2), DAY) == Fraction(1, 2)
    assert continuation_hours(Fraction(5), Fraction(0), DAY) == 0
    for assigned, attended in ((Fraction(-1), Fraction(5)), (Fraction(5), Fraction(-1))):
        with pytest.raises(LawError) as told:
            continuation_hours(assigned, attended, DAY)
        assert str(told.value) == f"{attended} of {assigned} hours is no week of continuation education"
    assert isinstance(continuation_days({}), Fraction)


def test_a_share_of_attendance_may_be_nothing_or_all_of_it() -> None:
    assert attendance_share(0, 10) == 0
    assert attendance_share(10, 10) == 1


def test_one_minute_makes_a_charter_day_of_instruction_and_none_does_not() -> None:
    assert is_day_of_instruction(LeaKind.CHARTER, Grade.G9, 1, DAY)
    assert not is_day_of_instruction(LeaKind.CHARTER, Grade.G9, 0, DAY)


@pytest.mark.parametrize(("on", "is_asked"), [(date(2025, 9, 12), False), (SATURDAY, True)])
def test_meals_are_asked_about_from_saturday_on_and_nothing_else_is_said(on: date, *, is_asked: bool) -> None:
    session = RecoverySession(
        session="R1", on=on, begins=time(9), ends=time(11), teachers=1, is_signed=True, present=()
    )
    assert len(findings_on_session_beside(session)) == is_asked
    assert findings_on_session_beside(session, serves_meals=True) == ()


def test_attendance_that_is_worth_nothing_known_is_named() -> None:
    changes = changes_between({"4-6": Decimal("1.00")}, {"4-6": Decimal("0.50")})
    with pytest.raises(LawError) as told:
        disallowed_value(changes, {})
    assert str(told.value) == "no value per ADA is given for 4-6"


def test_a_school_too_seldom_in_classrooms_is_told_what_to_ask_for() -> None:
    spans = [SpanAda(GradeSpan.G9_12, Fraction(79), Fraction(100))]
    assert findings_on_classroom_share("Cedar", spans, DAY) == (
        Finding(
            rule="R-NCB-01",
            citation="EC 47612.5(d), (e)",
            subject="Cedar",
            on=None,
            says="79/100 of the attendance is classroom-based; 4/5 must be",
            remedy="ask the State Board for a funding determination before claiming, or teach more in class",
            severity=Severity.BLOCKING,
        ),
    )
    assert findings_on_classroom_share("Cedar", [], DAY) == ()


def test_more_than_one_ada_on_several_tracks_says_what_to_agree_on() -> None:
    earned = StudentAda("S1", Fraction(5, 4), Fraction(1))
    assert findings_over_one_ada([earned, StudentAda("S2", Fraction(1), Fraction(1))]) == (
        Finding(
            rule="R-TRK-05",
            citation="State Board of Education waiver condition 5 of 2013",
            subject="S1",
            on=None,
            says="earned 5/4 ADA on several tracks",
            remedy="claim 1, and agree with the department how the share of each track is cut",
            severity=Severity.WARNING,
        ),
    )


def test_counted_days_that_differ_are_named_up_to_three() -> None:
    told = [findings_on_projection(["S1", "S2", "S3", "S4"][:count]) for count in range(5)]
    assert told[0] == ()
    (three,), (four,) = told[3], told[4]
    assert three.says == "counted days differ from the records: S1; S2; S3"
    assert four.says == "counted days differ from the records: S1; S2; S3 and 1 more"
    assert (three.subject, three.rule) == ("student years", "R-MON-01")
    assert three.remedy == "rebuild them with rollbook-central count, and find the cause"


def test_a_row_of_a_period_without_its_months_is_held_against_nothing() -> None:
    (found,) = findings_on_period("P-1", {"track A": (4, 2), "track B": (0, 5)}, {})
    assert found.subject == "P-1, track A"
    assert found.says == (
        "the period has 4 days of attendance over 2 taught; its school months come to nothing"
    )
    assert len(findings_on_period("P-1", {}, {"track A": (4, 0)})) == 1
    assert len(findings_on_period("P-1", {"track A": (4, 0)}, {})) == 1
