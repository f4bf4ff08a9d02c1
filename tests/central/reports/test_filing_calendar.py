"""The filing calendar: what is due when by which text, what is closed, and no day that nobody read."""

from datetime import date

import pytest

from central.domain.calendar import SchoolYear as Year
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.filings import Paper, filings
from central.reports.filing_calendar_report import FilingCalendar, FilingLine, report
from central.reports.paper_filing_calendar import papers
from central.reports.periods import period_report
from central.reports.snapshots import close
from central.store.models import CalendarDay, Enrollment
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import MONDAY, SmallSchool, at

YEAR = Year("2024-25")


def due(lea: LeaKind, year: Year = YEAR) -> list[tuple[str, str, date | None]]:
    return [(each.paper.value, each.to, each.due) for each in filings(year, lea, [], has_adults=False)][
        : 6 if lea == "charter" else 3
    ]


def test_a_charter_reports_a_week_before_the_department_and_a_district_on_its_day() -> None:
    assert due(LeaKind.DISTRICT) == [
        ("P-1 attendance", "Department of Education", date(2025, 1, 15)),
        ("P-2 attendance", "Department of Education", date(2025, 5, 1)),
        ("Annual attendance", "Department of Education", date(2025, 7, 15)),
    ]
    of_a_charter = due(LeaKind.CHARTER)
    assert [on for _, to, on in of_a_charter if to == "authorizer"] == [
        date(2025, 1, 8),
        date(2025, 4, 24),
        date(2025, 7, 8),
    ]


def test_a_day_nobody_read_is_none_and_says_whom_to_ask() -> None:
    long_ago = filings(Year("2015-16"), LeaKind.CHARTER, [], has_adults=False)
    assert all(each.due is None for each in long_ago)
    assert all("ask your county" in each.says for each in long_ago if each.paper in {Paper.P1, Paper.AUDIT})
    audit = next(
        each for each in filings(YEAR, LeaKind.CHARTER, [], has_adults=False) if each.paper is Paper.AUDIT
    )
    assert (audit.due, audit.says) == (None, "no text we read gives a day; ask your county")


def of(made: FilingCalendar, paper: Paper, to: str = "authorizer") -> FilingLine:
    return next(line for line in made.lines if line.filing.paper is paper and line.filing.to == to)


@pytest.mark.django_db
def test_a_closed_period_is_done_and_one_past_its_day_is_a_finding(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    january = date(2025, 1, 9)
    early = report(small.year, january, at(january, "12:00"))
    assert [(found.subject, found.severity.value) for found in early.findings] == [
        ("P-1 attendance to the authorizer", "warning"),
        ("P-1 attendance to the Department of Education", "notice"),
    ]
    assert of(early, Paper.P1).state == "not closed"
    p1 = period_report(small.year, PeriodKind.P1, january, at(january, "13:00"))
    close(p1, small.year, small.leader, at(january, "13:00"))
    done = of(report(small.year, january, at(january, "14:00")), Paper.P1)
    assert done.done_on == january
    assert done.state.endswith("by employee E005; first closed on 2025-01-09, after its day")
    # What was closed after the day as of which is not done yet.
    assert of(report(small.year, date(2025, 1, 8), at(january, "14:00")), Paper.P1).done_on is None


@pytest.mark.django_db
def test_every_school_month_of_each_track_has_its_reports_in_the_order_of_days(small: SmallSchool) -> None:
    none = report(small.year, SUMMER, at(SUMMER, "12:00"))
    assert not any(line.filing.paper is Paper.ADULT_MONTH for line in none.lines)
    Enrollment.objects.filter(student=small.ana).update(programme="47612.1")
    made = report(small.year, SUMMER, at(SUMMER, "12:00"))
    days = [line.filing.due for line in made.lines if line.filing.due is not None]
    assert days == sorted(days)
    adult = [line for line in made.lines if line.filing.paper is Paper.ADULT_MONTH]
    assert {line.filing.part for line in adult} >= {"month 1, track A", "month 1, track B"}
    # Whether those were handed over is not kept here, so nothing is said of them.
    assert not any("adult" in found.subject for found in made.findings)
    assert of(made, Paper.J13A, "Department of Education").state == "none was prepared"
    CalendarDay.objects.all().delete()
    bare = report(small.year, SUMMER, at(SUMMER, "12:00"))
    assert len(bare.lines) == 10
    assert all(papers(bare).written(form) for form in ("pdf", "xlsx", "csv"))
