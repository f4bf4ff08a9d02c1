"""A tap belongs to the date the school's wall shows: in the evening, and on both nights clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.domain.local_day import end_of
from central.timeline import Interval, local_day

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def instant(text: str) -> int:
    """Return an instant in milliseconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("tapped_at", "on"),
    [
        # R-REC-06: half past ten in the evening is the next day in UTC.
        ("2025-09-11T05:30:00Z", date(2025, 9, 10)),
        ("2025-09-11T06:59:59.999Z", date(2025, 9, 10)),
        ("2025-09-11T07:00:00Z", date(2025, 9, 11)),
        # In winter the date begins an hour later by UTC.
        ("2025-01-15T07:59:59.999Z", date(2025, 1, 14)),
        ("2025-01-15T08:00:00Z", date(2025, 1, 15)),
        # The night of March 9 has 23 hours: midnight by winter time, the next by summer time.
        ("2025-03-09T07:59:59.999Z", date(2025, 3, 8)),
        ("2025-03-09T08:00:00Z", date(2025, 3, 9)),
        ("2025-03-09T10:00:00Z", date(2025, 3, 9)),
        ("2025-03-10T06:59:59.999Z", date(2025, 3, 9)),
        ("2025-03-10T07:00:00Z", date(2025, 3, 10)),
        # The night of November 3 has 25.
        ("2024-11-03T06:59:59.999Z", date(2024, 11, 2)),
        ("2024-11-03T07:00:00Z", date(2024, 11, 3)),
        ("2024-11-03T09:30:00Z", date(2024, 11, 3)),
        ("2024-11-04T07:59:59.999Z", date(2024, 11, 3)),
        ("2024-11-04T08:00:00Z", date(2024, 11, 4)),
    ],
)
def test_a_proven_time_has_the_date_of_the_school(tapped_at: str, on: date) -> None:
    at_ms = instant(tapped_at)
    assert local_day(Interval(at_ms, at_ms), LOS_ANGELES) == on


@pytest.mark.parametrize("midnight", ["2025-03-09T08:00:00Z", "2025-03-10T07:00:00Z", "2024-11-04T08:00:00Z"])
def test_an_interval_over_midnight_of_a_night_clocks_change_has_no_date(midnight: str) -> None:
    at_ms = instant(midnight)
    assert local_day(Interval(at_ms - 1, at_ms), LOS_ANGELES) is None


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2025, 3, 9), 23), (date(2024, 11, 3), 25), (date(2025, 4, 15), 24)]
)
def test_a_report_as_of_a_day_knows_all_of_it_however_long_it_was(on: date, hours: int) -> None:
    began_at = end_of(on - timedelta(days=1), LOS_ANGELES)
    assert end_of(on, LOS_ANGELES) - began_at == timedelta(hours=hours)
    assert began_at.tzinfo is UTC
