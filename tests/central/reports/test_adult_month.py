"""The monthly report of adult classes: only theirs, only certified days, hours by the bell and by taps."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from pytest_django import DjangoAssertNumQueries

from central.reports.adult_month_report import AdultMonths, report
from central.reports.paper_adult_month import papers
from central.store.models import AttendanceRecord, Enrollment, Meeting
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import FIRST_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def adults(small: SmallSchool, register: Register) -> SmallSchool:
    """Ana is of a partnership programme, so algebra is a class of adults and English is none."""
    Enrollment.objects.filter(student=small.ana).update(programme="47612.1")
    register.certified(small.algebra, small.ana, [FIRST_DAY, MONDAY, TUESDAY])
    register.certified(small.algebra, small.ben, [MONDAY], mark="absent")
    register.provisional(small.algebra, small.chloe, MONDAY)
    register.certified(small.english, small.dan, [MONDAY])
    came = AttendanceRecord.objects.filter(student=small.ana, on=MONDAY)
    came.update(first_in_at=at(MONDAY, "08:35"), last_out_at=at(MONDAY, "09:55:30"))
    return small


def made(small: SmallSchool, as_of: date = SUMMER) -> AdultMonths:
    return report(small.year, as_of, at(SUMMER, "12:00"))


def test_a_class_of_adults_reports_its_days_and_hours_month_by_month(adults: SmallSchool) -> None:
    of = made(adults)
    assert set(of.classes) == {"ALG1-01"}
    first, second = of.months
    assert (first.month, first.days, first.present, first.minutes) == (1, 1, 1, 90)
    assert (second.month, second.students, second.present, second.absent, second.uncertified) == (
        2,
        3,
        2,
        1,
        1,
    )
    assert (second.hours, second.proven, second.proven_minutes) == (Fraction(3), 1, 80)
    month, *_ = [table for table in papers(of).tables if table.short == "Month 2"]
    assert list(month.rows)[-1] == [
        *("all", "", None, None, 2, 1, 1, 180, Decimal("3.00"), 1, Decimal("1.33")),
    ]
    year = next(table for table in papers(of).tables if table.short == "Year")
    assert list(year.rows)[-1] == ["all", "", None, 3, 1, 1, 270, Decimal("4.50"), 1, Decimal("1.33")]
    assert [(found.subject, found.severity.value) for found in of.findings] == [("ALG1-01", "warning")]


def test_the_report_of_a_day_holds_the_days_so_far(adults: SmallSchool) -> None:
    of = made(adults, MONDAY)
    assert [each.present for each in of.months] == [1, 1]
    table = next(table for table in papers(of).tables if table.short == "Month 2")
    assert "not over" in " ".join(table.says)
    # Its records may still be certified in time.
    assert of.findings == ()


def test_a_weekday_without_hours_is_said_and_a_school_without_adults_has_a_report(
    adults: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Meeting.objects.filter(section=adults.algebra, weekday=0).delete()
    with django_assert_max_num_queries(14):
        of = made(adults)
    assert [each.without_bell for each in of.months] == [1, 1]
    assert any("no hours" in found.says for found in of.findings)
    Enrollment.objects.update(programme="47612")
    none = made(adults)
    assert (none.months, [found.severity.value for found in none.findings]) == ((), ["notice"])
    assert all(papers(none).written(form) for form in ("pdf", "xlsx", "csv"))
