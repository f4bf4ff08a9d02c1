"""Which dates make a school year, a school month and a track's year of teaching."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from central.domain.errors import DomainError

SATURDAY = 5
JULY = 7
_YEAR_NAME = re.compile(r"(\d{4})-(\d{2})")


def monday_of(on: date) -> date:
    """Return the Monday of a date's week, weeks running from Monday to Sunday."""
    return on - timedelta(days=on.weekday())


@dataclass(frozen=True, slots=True)
class DateSpan:
    """An unbroken run of dates; `until` is its last day, or None while it lasts."""

    since: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            msg = f"a span cannot end on {self.until}, before it begins on {self.since}"
            raise DomainError(msg)

    def holds(self, on: date) -> bool:
        """Tell whether a date lies in the span, both ends included."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """July 1 to June 30, named by both its years: "2024-25" (EC 37200)."""

    name: str

    def __post_init__(self) -> None:
        found = _YEAR_NAME.fullmatch(self.name)
        if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
            msg = f"{self.name!r} is no school year; write it like 2024-25"
            raise DomainError(msg)

    @classmethod
    def of(cls, on: date) -> "SchoolYear":
        """Return the school year a date lies in."""
        first = on.year if on.month >= JULY else on.year - 1
        return cls(f"{first:04d}-{(first + 1) % 100:02d}")

    @property
    def starts_on(self) -> date:
        """July 1 of the first of its years."""
        return date(int(self.name[:4]), JULY, 1)

    @property
    def ends_on(self) -> date:
        """June 30 of the second of its years."""
        return date(int(self.name[:4]) + 1, 6, 30)

    def holds(self, on: date) -> bool:
        """Tell whether a date lies in the school year."""
        return self.starts_on <= on <= self.ends_on


@dataclass(frozen=True, slots=True)
class SchoolMonth:
    """Four kept weeks used for counting attendance; the last of a year may be shorter.

    `weeks` are the Mondays of the weeks kept. A week left out of the month may lie between
    its first and last day, so membership is asked of `holds`, never of the two ends alone.
    """

    number: int
    starts_on: date
    ends_on: date
    weeks: tuple[date, ...]

    def holds(self, on: date) -> bool:
        """Tell whether a date is counted in this month."""
        return self.starts_on <= on <= self.ends_on and monday_of(on) in self.weeks


@dataclass(frozen=True, slots=True)
class TrackCalendar:
    """The dates school is taught to the students of one track in one school year.

    `days_taught` may hold weekend make-up classes; the law decides what they count for.
    `excluded_weeks` are Mondays of winter vacation weeks the school keeps out of its school
    months: a recorded decision, because it moves the ends of P-1 and P-2.
    """

    track: str
    school_year: SchoolYear
    days_taught: frozenset[date]
    excluded_weeks: frozenset[date] = field(default=frozenset())

    def __post_init__(self) -> None:
        outside = sorted(on for on in self.days_taught if not self.school_year.holds(on))
        if outside:
            msg = f"track {self.track} is taught on {outside[0]}, outside {self.school_year.name}"
            raise DomainError(msg)
        askew = sorted(week for week in self.excluded_weeks if week.weekday() != 0)
        if askew:
            msg = f"track {self.track} leaves out the week of {askew[0]}, which is no Monday"
            raise DomainError(msg)

    @property
    def weekdays_taught(self) -> frozenset[date]:
        """The days taught that are neither Saturdays nor Sundays."""
        return frozenset(on for on in self.days_taught if on.weekday() < SATURDAY)

    @property
    def first_day(self) -> date:
        """The first weekday taught."""
        return min(self._some_weekday())

    @property
    def last_day(self) -> date:
        """The last weekday taught."""
        return max(self._some_weekday())

    def within(self, days: Collection[date]) -> "TrackCalendar":
        """Return the same calendar with only those days taught that are among `days`."""
        return replace(self, days_taught=self.days_taught.intersection(days))

    def _some_weekday(self) -> frozenset[date]:
        weekdays = self.weekdays_taught
        if not weekdays:
            msg = f"track {self.track} is taught on no weekday of {self.school_year.name}"
            raise DomainError(msg)
        return weekdays
