import json
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.calendar import SchoolMonth, TrackCalendar, monday_of
from central.domain.period import PeriodKind
from central.law.errors import LawError
from central.law.months import is_full, month_of, require_disjoint, school_months
from central.law.periods import divisor_days, months_in, period_calendar
from tests.fakes.school_days import calendar_of, weekdays_between

DATA = Path(__file__).parents[2] / "data" / "accounting"


class Window(TypedDict):
    no: int
    start: str
    end: str
    days: int


class Derived(TypedDict):
    excluded_weeks_monday: list[str]
    p1_days: int
    p2_days: int
    annual_days: int


class Published(TypedDict):
    first_day: str
    last_day: str
    months: list[Window]
    derived: Derived


@pytest.fixture(scope="module")
def published() -> Published:
    text = (DATA / "attendance_months_nmusd_ech_2024_25.json").read_text(encoding="utf-8")
    found: Published = json.loads(text)
    return found


@pytest.fixture
def calendar(published: Published) -> TrackCalendar:
    """Teach as many days of each published window as it says, its first and last among them."""
    taught: set[date] = set()
    for window in published["months"]:
        days = weekdays_between(date.fromisoformat(window["start"]), date.fromisoformat(window["end"]))
        taught |= {days[0], *days[len(days) - window["days"] + 1 :]}
    weeks = [date.fromisoformat(week) for week in published["derived"]["excluded_weeks_monday"]]
    return calendar_of(taught, excluded_weeks=weeks)


def test_the_ten_windows_a_district_published_are_reproduced(
    published: Published, calendar: TrackCalendar
) -> None:
    months = school_months(calendar)
    # A district prints the first and last day of school where the month has a Monday and a Friday.
    windows = [
        (
            month.number,
            max(month.starts_on, calendar.first_day).isoformat(),
            min(month.ends_on, calendar.last_day).isoformat(),
        )
        for month in months
    ]
    assert windows == [(window["no"], window["start"], window["end"]) for window in published["months"]]


def test_days_taught_fall_into_the_months_as_published(published: Published, calendar: TrackCalendar) -> None:
    months = school_months(calendar)
    counts = [sum(1 for on in calendar.days_taught if month.holds(on)) for month in months]
    assert counts == [18, 19, 20, 18, 16, 19, 17, 15, 20, 18]
    assert counts == [window["days"] for window in published["months"]]


@pytest.mark.parametrize(
    ("kind", "key", "days"),
    [
        (PeriodKind.P1, "p1_days", 91),
        (PeriodKind.P2, "p2_days", 142),
        (PeriodKind.ANNUAL, "annual_days", 180),
    ],
)
def test_the_periods_of_that_district_have_its_days(
    published: Published, calendar: TrackCalendar, kind: PeriodKind, key: str, days: int
) -> None:
    assert len(period_calendar(kind, calendar).days_taught) == days
    assert dict(published["derived"])[key] == days


def month(number: int, *weeks: date) -> SchoolMonth:
    return SchoolMonth(number, weeks[0], weeks[-1] + timedelta(days=4), weeks)


def test_a_day_in_two_months_is_refused() -> None:
    one = month(1, date(2024, 9, 2), date(2024, 9, 9))
    two = month(2, date(2024, 9, 9), date(2024, 9, 16))
    assert month_of(date(2024, 9, 3), [one, two]) == one
    with pytest.raises(LawError, match="2024-09-10 lies in school months 1 and 2"):
        month_of(date(2024, 9, 10), [one, two])


def test_months_that_overlap_are_refused_in_any_order() -> None:
    one = month(1, date(2024, 9, 2), date(2024, 9, 9))
    two = month(2, date(2024, 9, 9), date(2024, 9, 16))
    with pytest.raises(LawError, match="school months 1 and 2 overlap on 2024-09-09"):
        require_disjoint([two, one])
    with pytest.raises(LawError, match="overlap"):
        months_in(PeriodKind.ANNUAL, [one, two], calendar_of([date(2024, 9, 3)]).school_year)


def test_months_that_follow_one_another_are_not_refused() -> None:
    require_disjoint([month(2, date(2024, 9, 9)), month(1, date(2024, 9, 2))])


@st.composite
def calendars(draw: st.DrawFn) -> TrackCalendar:
    """Draw a year of teaching with days off, and whole weeks without school kept out of the months."""
    first = draw(st.dates(date(2024, 7, 1), date(2024, 9, 30)))
    last = draw(st.dates(date(2025, 1, 15), date(2025, 6, 30)))
    days = weekdays_between(first, last)
    weeks = sorted({monday_of(on) for on in days})
    out = draw(st.sets(st.sampled_from(weeks[1:-1]), max_size=5))
    off = draw(st.sets(st.sampled_from(days), max_size=30))
    taught = {on for on in days if monday_of(on) not in out and on not in off}
    taught |= {days[0], days[-1]}
    weekend = draw(st.sets(st.sampled_from([on + timedelta(days=5) for on in weeks[:-1]]), max_size=3))
    return calendar_of(taught | weekend, excluded_weeks=out)


@given(calendars())
def test_months_are_a_partition_of_the_weeks_kept(calendar: TrackCalendar) -> None:
    months = school_months(calendar)
    weeks = [week for found in months for week in found.weeks]
    assert weeks == sorted(set(weeks))
    assert not calendar.excluded_weeks.intersection(weeks)
    assert {monday_of(on) for on in divisor_days(calendar)} <= set(weeks)
    between = {monday_of(on) for on in weekdays_between(calendar.first_day, calendar.last_day)}
    assert set(weeks) == between - calendar.excluded_weeks


@given(calendars())
def test_every_school_day_lies_in_exactly_one_month(calendar: TrackCalendar) -> None:
    months = school_months(calendar)
    require_disjoint(months)
    assert all(month_of(on, months) is not None for on in divisor_days(calendar))
    assert all(is_full(found) for found in months[:-1])
    assert [found.number for found in months] == list(range(1, len(months) + 1))


@given(calendars())
def test_a_period_holds_all_days_of_the_one_before_it_and_none_after_its_end(
    calendar: TrackCalendar,
) -> None:
    first, second, annual = (period_calendar(kind, calendar).days_taught for kind in PeriodKind)
    assert first <= second <= annual == divisor_days(calendar)
    assert all(on <= date(2024, 12, 31) for on in first)
    assert all(on <= date(2025, 4, 15) for on in second)


def test_the_whole_year_can_be_one_short_month() -> None:
    (only,) = school_months(calendar_of([date(2025, 1, 15)]))
    assert (only.starts_on, only.ends_on, is_full(only)) == (date(2025, 1, 13), date(2025, 1, 17), False)


def test_a_month_does_not_run_past_june() -> None:
    months = school_months(calendar_of([date(2026, 6, 1), date(2026, 6, 30)]))
    assert months[-1].ends_on == date(2026, 6, 30)
