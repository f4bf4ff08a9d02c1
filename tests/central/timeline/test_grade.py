"""How well a time is known, as people are shown it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from central.timeline import Grade, Interval, grade, local_day

ZONE = ZoneInfo("America/Los_Angeles")


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * 1000


NINE = _ms("2026-09-14T09:00:00")
PERIODS = [(_ms("2026-09-14T08:30:00"), NINE), (NINE, _ms("2026-09-14T10:00:00"))]


@pytest.mark.parametrize(
    ("width_ms", "expected"),
    [
        (0, Grade.T1),
        (2_000, Grade.T1),
        (2_001, Grade.T2),
        (60_000, Grade.T2),
        (60_001, Grade.PERIOD),
        (3_599_999, Grade.PERIOD),
        (3_600_000, Grade.DAY),
        (14 * 3_600_000, Grade.DAY),
        (15 * 3_600_000, Grade.REVIEW),
    ],
)
def test_a_wider_interval_is_graded_lower(width_ms: int, expected: Grade) -> None:
    assert grade(Interval(NINE, NINE + width_ms), ZONE, PERIODS) is expected


def test_an_interval_across_a_bell_is_known_to_the_day() -> None:
    assert grade(Interval(NINE - 60_000, NINE + 60_000), ZONE, PERIODS) is Grade.DAY


def test_without_a_bell_schedule_there_is_no_period_to_be_inside_of() -> None:
    assert grade(Interval(NINE, NINE + 600_000), ZONE) is Grade.DAY


@pytest.mark.parametrize("interval", [Interval(None, NINE), Interval(NINE, None), Interval(None, None)])
def test_an_unbounded_interval_is_for_review(interval: Interval) -> None:
    assert grade(interval, ZONE) is Grade.REVIEW
    assert local_day(interval, ZONE) is None


@pytest.mark.fault("T7")
def test_a_second_across_local_midnight_names_no_day() -> None:
    midnight = _ms("2026-09-14T00:00:00")
    interval = Interval(midnight - 1, midnight)
    assert grade(interval, ZONE) is Grade.REVIEW
    assert local_day(interval, ZONE) is None


@pytest.mark.fault("T7")
def test_midnight_in_london_is_an_afternoon_at_school() -> None:
    midnight_utc = _ms("2026-09-14T17:00:00")
    interval = Interval(midnight_utc - 500, midnight_utc + 500)
    assert datetime.fromtimestamp(midnight_utc / 1000, UTC).hour == 0
    assert grade(interval, ZONE) is Grade.T1
    assert local_day(interval, ZONE) == date(2026, 9, 14)


@pytest.mark.fault("T7")
def test_the_hour_that_comes_twice_in_autumn_is_one_day() -> None:
    first = _ms("2026-11-01T01:30:00")
    assert local_day(Interval(first, first + 3_600_000), ZONE) == date(2026, 11, 1)
    assert grade(Interval(first, first + 3_600_000), ZONE) is Grade.DAY


@pytest.mark.invariant(23)
def test_a_contradiction_has_no_day_however_narrow_it_is() -> None:
    interval = Interval(NINE, NINE, is_contradiction=True)
    assert grade(interval, ZONE, PERIODS) is Grade.CONTRADICTION
    assert local_day(interval, ZONE) is None


def test_a_doubted_clock_does_not_spoil_what_is_proven_without_it() -> None:
    assert grade(Interval(NINE, NINE + 100, is_clock_doubted=True), ZONE) is Grade.T1


def test_a_time_no_calendar_reaches_is_for_review() -> None:
    assert grade(Interval(2**62, 2**62), ZONE) is Grade.REVIEW
    assert grade(Interval(-(2**62), -(2**62)), ZONE) is Grade.REVIEW
