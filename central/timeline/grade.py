"""How well an entry's time is known, in the letters people are shown."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from central.timeline.facts import Interval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TO_SECONDS_MS = 2_000
_TO_A_MINUTE_MS = 60_000


class Grade(StrEnum):
    """From known to the second down to what no rule may date."""

    T1 = "T1"
    """At most 2 s wide."""
    T2 = "T2"
    """At most 60 s wide."""
    PERIOD = "P"
    """Inside one bell period."""
    DAY = "D"
    """Inside one local day."""
    REVIEW = "R"
    """Spans days or is unbounded; a person decides."""
    CONTRADICTION = "X"
    """The evidence contradicts itself; a person decides."""


def grade(interval: Interval, zone: tzinfo, period_spans: Iterable[tuple[int, int]] = ()) -> Grade:
    """Grade an interval by the school's zone and its bell periods.

    `period_spans` are `(start_ms, end_ms)` UTC with the end left out. An interval across local
    midnight is for review however narrow it is, since it does not name a day.
    """
    if interval.is_contradiction:
        return Grade.CONTRADICTION
    earliest_ms, latest_ms = interval.earliest_ms, interval.latest_ms
    if earliest_ms is None or latest_ms is None or local_day(interval, zone) is None:
        return Grade.REVIEW
    width_ms = latest_ms - earliest_ms
    if width_ms <= _TO_SECONDS_MS:
        return Grade.T1
    if width_ms <= _TO_A_MINUTE_MS:
        return Grade.T2
    if any(start <= earliest_ms and latest_ms < end for start, end in period_spans):
        return Grade.PERIOD
    return Grade.DAY


def local_day(interval: Interval, zone: tzinfo) -> date | None:
    """Return the one local date the whole interval lies in, or None; a contradiction has none."""
    if interval.is_contradiction or interval.earliest_ms is None or interval.latest_ms is None:
        return None
    first, last = _day(interval.earliest_ms, zone), _day(interval.latest_ms, zone)
    return first if first == last else None


def _day(at_ms: int, zone: tzinfo) -> date | None:
    try:
        return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone).date()
    except OverflowError:
        return None
