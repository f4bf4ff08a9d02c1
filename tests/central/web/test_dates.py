"""Dates and times of addresses and forms: as browsers send them, and of a day some record may have."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import Http404

from central.web.dates import date_in, written_date, written_instant

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
# Python's own reader takes the second and third, and reckoning past the last two ends in an OverflowError.
NO_DATES = ["", "20240909", "2024-W37-1", "2024-09-31", " 2024-09-09", "0001-01-01", "9999-12-31"]


def test_a_date_is_read_as_it_is_written() -> None:
    assert written_date("2024-09-09") == date(2024, 9, 9)
    assert date_in("2024-09-09", date.min) == date(2024, 9, 9)
    assert date_in("", date(2024, 9, 9)) == date(2024, 9, 9)


@pytest.mark.parametrize("text", NO_DATES)
def test_any_other_text_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        written_date(text)
    if text:
        with pytest.raises(Http404):
            date_in(text, date.min)


@pytest.mark.parametrize("text", ["2024-09-09T08:05", "2024-09-09T08:05:00"])
def test_a_time_is_one_of_the_schools_clocks(text: str) -> None:
    assert written_instant(text, LOS_ANGELES) == datetime.fromisoformat("2024-09-09T15:05:00+00:00")


def test_of_two_hours_of_one_name_the_second_can_be_meant() -> None:
    first, second = (written_instant("2024-11-03T01:30", LOS_ANGELES, fold) for fold in (0, 1))
    assert second.timestamp() - first.timestamp() == timedelta(hours=1).total_seconds()


@pytest.mark.parametrize(
    "text", [*NO_DATES, *(f"{each}T08:05" for each in NO_DATES), "2024-09-09", "2024-09-09T08:05Z"]
)
def test_any_other_text_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        written_instant(text, LOS_ANGELES)
