"""Made-up calendars and days for tests of the law."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolYear, TrackCalendar
from central.domain.enrolment import Grade

SATURDAY = 5


def weekdays_from(first: date) -> Iterator[date]:
    """Yield every weekday from a date on, without end."""
    on = first
    while True:
        if on.weekday() < SATURDAY:
            yield on
        on += timedelta(days=1)


def weekdays_between(first: date, last: date) -> list[date]:
    """List the weekdays from one date to another, both included."""
    days = (first + timedelta(days=index) for index in range((last - first).days + 1))
    return [on for on in days if on.weekday() < SATURDAY]


def some_weekdays(count: int, first: date = date(2024, 8, 5)) -> list[date]:
    """List the first so many weekdays from a date on."""
    days = weekdays_from(first)
    return [next(days) for _ in range(count)]


def calendar_of(
    days: Iterable[date],
    track: str = "A",
    excluded_weeks: Iterable[date] = (),
    year: str | None = None,
) -> TrackCalendar:
    """Make a track's calendar of the dates it is taught."""
    taught = frozenset(days)
    school_year = SchoolYear(year) if year else SchoolYear.of(min(taught))
    return TrackCalendar(track, school_year, taught, frozenset(excluded_weeks))


def spread(count: int, days: list[date], track: str = "A", grade: Grade = Grade.G9) -> list[AttendanceDay]:
    """Spread so many attendance days over as many students as it takes."""
    return [
        AttendanceDay(f"S{index // len(days)}", days[index % len(days)], track, grade)
        for index in range(count)
    ]
