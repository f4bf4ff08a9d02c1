from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.calendar import DateSpan, SchoolMonth, SchoolYear, TrackCalendar, monday_of
from central.domain.errors import DomainError


def test_a_school_year_runs_from_july_to_june() -> None:
    year = SchoolYear("2024-25")
    assert (year.starts_on, year.ends_on) == (date(2024, 7, 1), date(2025, 6, 30))
    assert year.holds(date(2024, 7, 1))
    assert year.holds(date(2025, 6, 30))
    assert not year.holds(date(2024, 6, 30))
    assert not year.holds(date(2025, 7, 1))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2300, 1, 1)))
def test_every_date_lies_in_the_school_year_named_after_it(on: date) -> None:
    assert SchoolYear.of(on).holds(on)


def test_the_school_year_across_a_century_is_named_like_any_other() -> None:
    assert SchoolYear.of(date(1999, 9, 1)).name == "1999-00"


@pytest.mark.parametrize("name", ["2024", "2024-2025", "2024-26", "24-25", ""])
def test_what_is_no_school_year_is_refused(name: str) -> None:
    with pytest.raises(DomainError, match="2024-25"):
        SchoolYear(name)


def test_a_span_holds_both_its_ends_and_may_last() -> None:
    span = DateSpan(date(2024, 9, 2), date(2024, 9, 4))
    assert [span.holds(date(2024, 9, day)) for day in (1, 2, 4, 5)] == [False, True, True, False]
    assert DateSpan(date(2024, 9, 2)).holds(date(2099, 1, 1))


def test_a_span_of_one_day_exists_and_one_that_ends_before_it_begins_does_not() -> None:
    assert DateSpan(date(2024, 9, 2), date(2024, 9, 2)).holds(date(2024, 9, 2))
    with pytest.raises(DomainError, match="before it begins"):
        DateSpan(date(2024, 9, 2), date(2024, 9, 1))


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2024, 9, 8)) == date(2024, 9, 2)
    assert monday_of(date(2024, 9, 9)) == date(2024, 9, 9)


def test_a_month_does_not_hold_the_week_left_out_of_its_middle() -> None:
    weeks = (date(2024, 12, 9), date(2024, 12, 16), date(2025, 1, 6), date(2025, 1, 13))
    month = SchoolMonth(5, date(2024, 12, 9), date(2025, 1, 17), weeks)
    assert month.holds(date(2024, 12, 20))
    assert not month.holds(date(2024, 12, 23))
    assert month.holds(date(2025, 1, 6))
    assert not month.holds(date(2025, 1, 18))


def test_a_track_is_taught_only_inside_its_school_year() -> None:
    with pytest.raises(DomainError, match="track A is taught on 2025-07-01"):
        TrackCalendar("A", SchoolYear("2024-25"), frozenset({date(2025, 7, 1)}))


def test_weeks_are_left_out_by_their_mondays() -> None:
    with pytest.raises(DomainError, match="no Monday"):
        TrackCalendar("A", SchoolYear("2024-25"), frozenset(), frozenset({date(2024, 12, 24)}))


def test_the_first_and_last_day_of_a_track_are_weekdays() -> None:
    taught = frozenset({date(2024, 8, 3), date(2024, 8, 7), date(2025, 5, 29), date(2025, 5, 31)})
    calendar = TrackCalendar("A", SchoolYear("2024-25"), taught)
    assert (calendar.first_day, calendar.last_day) == (date(2024, 8, 7), date(2025, 5, 29))


def test_a_track_taught_on_no_weekday_has_no_first_day() -> None:
    calendar = TrackCalendar("A", SchoolYear("2024-25"), frozenset({date(2024, 8, 3)}))
    with pytest.raises(DomainError, match="no weekday"):
        _ = calendar.first_day


def test_a_calendar_cut_to_some_days_keeps_everything_else() -> None:
    weeks = frozenset({date(2024, 12, 23)})
    taught = frozenset({date(2024, 8, 7), date(2024, 8, 8)})
    calendar = TrackCalendar("A", SchoolYear("2024-25"), taught, weeks)
    cut = calendar.within([date(2024, 8, 8), date(2024, 8, 9)])
    assert cut == TrackCalendar("A", SchoolYear("2024-25"), frozenset({date(2024, 8, 8)}), weeks)
