"""A set of dates as a whole number is the same set of dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.calendar import SchoolYear
from central.domain.day_bits import (
    BYTES,
    bit_of,
    bits_between,
    bits_of,
    days_of,
    from_bytes,
    to_bytes,
    weekend_bits,
)
from central.domain.errors import DomainError

LEAP, PLAIN = SchoolYear("2023-24"), SchoolYear("2024-25")

years = st.sampled_from([LEAP, PLAIN])
dates = st.dates(date(2023, 1, 1), date(2026, 1, 1))


def all_days(year: SchoolYear) -> list[date]:
    count = (year.ends_on - year.starts_on).days + 1
    return [year.starts_on + timedelta(days=index) for index in range(count)]


def test_the_first_of_july_is_bit_0_and_the_thirtieth_of_june_the_last() -> None:
    assert bit_of(date(2023, 7, 1), LEAP) == 0
    assert bit_of(date(2024, 2, 29), LEAP) == 243
    assert bit_of(date(2024, 6, 30), LEAP) == 365
    assert bit_of(date(2025, 6, 30), PLAIN) == 364


@given(years, st.sets(st.integers(0, 364)))
def test_dates_come_back_out_of_the_bytes_they_are_kept_in(year: SchoolYear, offsets: set[int]) -> None:
    days = sorted(year.starts_on + timedelta(days=offset) for offset in offsets)
    kept = to_bytes(bits_of(days, year))
    assert len(kept) == BYTES
    assert list(days_of(from_bytes(kept), year)) == days


def test_the_lowest_days_are_in_the_first_byte() -> None:
    assert to_bytes(bits_of([date(2024, 7, 1), date(2024, 7, 10)], PLAIN))[:2] == b"\x01\x02"


@given(years, dates, st.none() | dates)
def test_a_run_of_days_is_cut_to_the_year(year: SchoolYear, since: date, until: date | None) -> None:
    expected = [on for on in all_days(year) if since <= on and (until is None or on <= until)]
    assert list(days_of(bits_between(since, until, year), year)) == expected


@pytest.mark.parametrize("year", [LEAP, PLAIN])
def test_weekends_are_saturdays_and_sundays(year: SchoolYear) -> None:
    expected = [on for on in all_days(year) if on.weekday() >= 5]
    assert list(days_of(weekend_bits(year), year)) == expected


@pytest.mark.parametrize("on", [date(2024, 6, 30), date(2025, 7, 1)])
def test_a_date_of_another_year_is_refused(on: date) -> None:
    with pytest.raises(DomainError, match="not in the school year 2024-25"):
        bits_of([on], PLAIN)


def test_a_bit_beyond_the_year_is_refused() -> None:
    with pytest.raises(DomainError, match="2025-07-01 is not in the school year 2024-25"):
        list(days_of(1 << 365, PLAIN))
