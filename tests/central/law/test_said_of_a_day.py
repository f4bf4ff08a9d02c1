"""What the law says of single days: too short for a district, shared with a college, or of a weekend."""

from datetime import date

from central.domain.calendar import DateSpan
from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.student import StudentFacts
from central.law.attendance_day import findings_on_minimum_day
from central.law.eligibility import findings_on_concurrent_college
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
