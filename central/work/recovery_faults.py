"""What is wrong with a recovery record or service somebody wants to keep, fault by fault."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.calendar import SchoolYear
from central.domain.recovery import ServiceKind
from central.errors import InputError

MOST_CHARS: Final = 255
_MOST_DAYS: Final = 366
_MOST_MINUTES: Final = 366 * 24 * 60
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct, and the field it is in as the student information system calls it."""

    field: str
    text: str


class FaultsError(InputError):
    """Refuse a record or service, naming every fault with the field it is in."""

    def __init__(self, what: str, faults: Iterable[Fault]) -> None:
        """Keep the faults one by one: a page shows each beside its field."""
        self.faults = tuple(faults)
        super().__init__(what, [f"{fault.field}: {fault.text}" for fault in self.faults])


@dataclass(frozen=True, slots=True)
class Dates:
    """A first day and a last one, which may be open; unlike a span of the domain it may be wrong."""

    since: date
    until: date | None = None

    def meets(self, other: "Dates") -> bool:
        """Tell whether two spans have a day in common; an open one lasts for ever."""
        return self.since <= (other.until or date.max) and other.since <= (self.until or date.max)

    def __str__(self) -> str:
        """Write both days; an open end is said."""
        return f"{self.since} to {self.until}" if self.until else f"{self.since} without an end"


@dataclass(frozen=True, slots=True)
class RecordWish:
    """What a recovery record is to say."""

    dates: Dates
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ServiceWish:
    """What a recovery service is to say; with `is_calendar` the ledger writes the figures, not a person."""

    kind: ServiceKind
    dates: Dates
    school: str
    comments: str = ""
    is_calendar: bool = False
    days_used: int | None = None
    minutes_earned: int | None = None


@dataclass(frozen=True, slots=True)
class HeldService:
    """A service a student has already: what another may contradict."""

    record_since: date
    kind: ServiceKind
    dates: Dates
    """Its own days, to the end of its record or of its school year where it has no end."""
    school: str
    is_calendar: bool


def record_faults(wish: RecordWish, others: Iterable[Dates], enrolled: Iterable[Dates]) -> Iterator[Fault]:
    """Yield what keeps a record from being kept: its dates, its comment, other records, enrollment.

    `others` are the student's other records; `enrolled` the student's enrollments.
    """
    yield from _text_faults("comment", wish.comment)
    if _ends_early(wish.dates):
        yield Fault("endDate", f"ends on {wish.dates.until}, before it starts on {wish.dates.since}")
        return
    for other in others:
        if wish.dates.meets(other):
            yield Fault("startDate", f"{wish.dates} overlaps the student's record of {other}")
    if not any(wish.dates.meets(span) for span in enrolled):
        yield Fault("startDate", f"{wish.dates} meets no enrollment of the student")


def services_outside(services: Iterable[Dates], record: Dates) -> Iterator[Fault]:
    """Yield a fault if services of a record would lie outside other dates of it."""
    count = sum(any(_date_faults(dates, record)) for dates in services)
    if count:
        lie = "1 service lies" if count == 1 else f"{count} services lie"
        yield Fault("startDate", f"{lie} outside {record}; change them first")


def service_faults(wish: ServiceWish, record: Dates, others: Iterable[HeldService]) -> Iterator[Fault]:
    """Yield what keeps a service from being kept: its dates, comments, figures, and the student's others.

    A service lies inside its record and inside one school year, because what is earned dies on
    June 30 (R-AR-05). Of one kind only one service with the calendar flag stands on a day, so that
    the ledger knows which one a day belongs to.
    """
    yield from _text_faults("comments", wish.comments)
    yield from _figure_faults(wish)
    if _ends_early(wish.dates):
        yield Fault("endDate", f"ends on {wish.dates.until}, before it starts on {wish.dates.since}")
        return
    yield from _date_faults(wish.dates, record)
    lasting = lasts(wish.dates, record)
    for other in others:
        if other.kind is not wish.kind:
            continue
        if (other.record_since, other.dates.since, other.school) == (
            record.since,
            lasting.since,
            wish.school,
        ):
            yield Fault("startDate", f"a {wish.kind} service of that start and school is there already")
        elif wish.is_calendar and other.is_calendar and lasting.meets(other.dates):
            yield Fault(
                "isCalendar",
                f"{lasting} overlaps the {other.kind} service of {other.dates} with the calendar flag on",
            )


def lasts(dates: Dates, record: Dates) -> Dates:
    """Return the days a service really stands: to its record's end, and to June 30 at the latest."""
    ends = [SchoolYear.of(dates.since).ends_on, dates.until or date.max, record.until or date.max]
    return Dates(dates.since, max(min(ends), dates.since))


def _ends_early(dates: Dates) -> bool:
    return dates.until is not None and dates.until < dates.since


def _text_faults(field: str, text: str) -> Iterator[Fault]:
    if len(text) > MOST_CHARS:
        yield Fault(field, f"{len(text)} characters are more than the {MOST_CHARS} there is room for")
    if _CONTROL.search(text):
        yield Fault(field, "a control character or line break stands in it")


def _date_faults(dates: Dates, record: Dates) -> Iterator[Fault]:
    if dates.since < record.since or (record.until is not None and dates.since > record.until):
        yield Fault("startDate", f"{dates.since} is outside its record of {record}")
    elif dates.until is not None and record.until is not None and dates.until > record.until:
        yield Fault("endDate", f"{dates.until} is outside its record of {record}")
    year = SchoolYear.of(dates.since)
    if dates.until is not None and dates.until > year.ends_on:
        yield Fault(
            "endDate", f"{dates.until} is after {year.name}; give the next school year its own service"
        )


def _figure_faults(wish: ServiceWish) -> Iterator[Fault]:
    for field, value, kind, most in (
        ("daysUsed", wish.days_used, ServiceKind.USED, _MOST_DAYS),
        ("timeEarned", wish.minutes_earned, ServiceKind.EARNED, _MOST_MINUTES),
    ):
        if value is None:
            continue
        if wish.kind is not kind:
            yield Fault(field, f"stands on {kind} services only; leave it empty on one of type {wish.kind}")
        elif wish.is_calendar:
            yield Fault(field, "is written by the ledger while the calendar flag is on; leave it empty")
        elif value < 0:
            yield Fault(field, f"{value} is no count")
        elif value > most:
            yield Fault(field, f"{value} is more than a school year has")
