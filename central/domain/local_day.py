"""A date as the clocks of a school live it, from one midnight to the next: 23, 24 or 25 hours."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def start_of(on: date, zone: tzinfo) -> datetime:
    """Return the instant a local date begins, in UTC."""
    return datetime.combine(on, time(), zone).astimezone(UTC)


def end_of(on: date, zone: tzinfo) -> datetime:
    """Return the instant a local date ends, in UTC: that at which the next one begins."""
    return start_of(on + timedelta(days=1), zone)
