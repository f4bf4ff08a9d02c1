"""Published: a school's calendar as iCalendar: all-day events that name days off and days of another kind."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Component, Event

from central.domain.calendar import SATURDAY, SchoolYear
from central.exchange.calendar_csv import Day
from central.exchange.problem import Problem, Where

_WORDS: Final = {
    "holiday": ("holiday", "holidays", "vacation", "break", "recess", "no school"),
    "staff": ("staff", "professional development", "teacher work day", "teacher workday", "in-service"),
    "minimum": ("minimum", "minimum day", "early release", "early dismissal", "half day"),
    "closure": ("closure", "closed", "school closed"),
    "make-up": ("make-up", "makeup", "make-up day", "saturday school"),
}
"""The words, in CATEGORIES or else in SUMMARY, that make an event one of our kinds of day."""

_TAUGHT: Final = frozenset({"minimum", "make-up"})
_LONGEST: Final = timedelta(days=370)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Teaching:
    """The tracks a calendar is for, and the first and last day they are taught."""

    tracks: tuple[str, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class IcsDays:
    """The days an iCalendar file makes, and how many all-day events named no kind of day."""

    days: list[Day]
    unnamed: int


@dataclass(slots=True)
class _Reading:
    """What is being read: the year and range, what was named so far, and what is wrong."""

    file: str
    teaching: Teaching
    problems: list[Problem]
    passes_over_others: bool
    kinds: dict[date, tuple[str, str]] = field(default_factory=dict)
    unnamed: int = 0

    def problem(self, where: str, text: str) -> None:
        """Note that an event must be corrected."""
        self.problems.append(Problem(Where(self.file), f"{where}: {text}"))


@dataclass(frozen=True, slots=True)
class _Named:
    """One event by its place and date, never by its words: they may name people."""

    name: str
    reading: _Reading

    def problem(self, text: str) -> None:
        """Note that this event must be corrected."""
        self.reading.problem(self.name, text)


def read_days(
    file: str,
    data: bytes,
    year: SchoolYear,
    teaching: Teaching,
    problems: list[Problem],
    *,
    passes_over_others: bool = False,
) -> IcsDays:
    """Return the days of an iCalendar file for every track of `teaching`.

    Each weekday from the first to the last day of teaching is taught as usual unless an all-day event
    says otherwise: its CATEGORIES, or where they say nothing its SUMMARY, hold a word of one kind. A
    weekend day is taught only as a make-up class. Events with a time and cancelled ones are passed
    over; a repeating event, one with words of two kinds, and, unless `passes_over_others`, one without
    any such word is a problem, for nobody can know what it does to the calendar.
    """
    reading = _Reading(file, teaching, problems, passes_over_others)
    _require_range(teaching, year, reading)
    for number, event in enumerate(_events(file, data, problems), start=1):
        _take(event, f"event {number}", reading)
    if problems:
        return IcsDays([], reading.unnamed)
    return IcsDays([day for track in teaching.tracks for day in _days(track, reading)], reading.unnamed)


def _require_range(teaching: Teaching, year: SchoolYear, reading: _Reading) -> None:
    if not teaching.tracks:
        reading.problem("--track", "name the track, or the tracks, this calendar is for")
    for option, on in (("--first-day", teaching.first), ("--last-day", teaching.last)):
        if not year.holds(on):
            reading.problem(option, f"{on} is not in {year.name} ({year.starts_on} to {year.ends_on})")
    if teaching.last < teaching.first:
        reading.problem("--last-day", f"teaching ends ({teaching.last}) before it begins ({teaching.first})")


def _events(file: str, data: bytes, problems: list[Problem]) -> Sequence[Event]:
    calendars: Sequence[Component] = ()
    with suppress(ValueError):
        # The library's words are not passed on: they quote the file, which may name people.
        calendars = Calendar.from_ical(data, multiple=True)
    if not calendars:
        # One that ends in the middle counts as none at all: what is missing might be a holiday.
        problems.append(Problem(Where(file), "this is no iCalendar file, or a damaged one; export it again"))
        return ()
    found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not found:
        problems.append(Problem(Where(file), "there is no event in this file"))
    return [event for event in found if isinstance(event, Event)]


def _take(event: Event, name: str, reading: _Reading) -> None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    try:
        since, ends = event.start, event.end
    except ValueError:
        reading.problem(name, "it has no date that can be read")
        return
    kinds = _kinds(event)
    if not isinstance(since, datetime) and not isinstance(ends, datetime):
        _take_days(event, since, ends, kinds, _Named(f"{name} on {since}", reading))
    elif kinds:
        reading.problem(f"{name} on {since:%Y-%m-%d}", "it has a time; make it an all-day event")


def _take_days(event: Event, since: date, ends: date, kinds: set[str], named: _Named) -> None:
    reading = named.reading
    if any(part in event for part in ("RRULE", "RDATE", "RECURRENCE-ID")):
        named.problem("it repeats; write out each of its days, or name them in a CSV file")
    elif not since < ends <= since + _LONGEST:
        named.problem(f"it cannot last until {ends}; an all-day event ends on the day after its last")
    elif len(kinds) > 1:
        named.problem(f"its words are of {' and '.join(sorted(kinds))}; name one of them in its CATEGORIES")
    elif kinds:
        _name_days(kinds.pop(), since, ends, named)
    elif reading.passes_over_others:
        reading.unnamed += 1
    else:
        named.problem(
            f"no word of a kind of day ({', '.join(_WORDS)}); give it one, or pass such events over "
            "with --pass-over-others"
        )


def _kinds(event: Event) -> set[str]:
    """Return the kinds the categories name, or else those the summary does."""
    categories = {str(category).strip().casefold() for category in event.categories}
    named = {kind for kind, words in _WORDS.items() if not categories.isdisjoint({kind, *words})}
    if named:
        return named
    summary = str(event.get("SUMMARY", "")).casefold()
    return {
        kind
        for kind, words in _WORDS.items()
        if any(re.search(rf"\b{re.escape(word)}\b", summary) for word in words)
    }


def _name_days(kind: str, since: date, ends: date, named: _Named) -> None:
    reading = named.reading
    days = [on for on in _dates(since, ends) if on.weekday() < SATURDAY or kind == "make-up"]
    if not days and kind in _TAUGHT:
        named.problem("a weekend; a day taught then is a make-up day (EC 37223)")
    for on in days:
        if kind in _TAUGHT and not reading.teaching.first <= on <= reading.teaching.last:
            named.problem(f"a {kind} day on {on}, when nobody is taught; correct the first or last day")
        before, by = reading.kinds.setdefault(on, (kind, named.name))
        if before != kind:
            named.problem(f"{on} is a {kind} day here and a {before} day in {by}")


def _days(track: str, reading: _Reading) -> Iterator[Day]:
    where = Where(reading.file)
    for on in _dates(reading.teaching.first, reading.teaching.last + timedelta(days=1)):
        kind = reading.kinds[on][0] if on in reading.kinds else "regular"
        if on.weekday() < SATURDAY or kind == "make-up":
            is_taught = kind == "regular" or kind in _TAUGHT
            yield Day(where, track, on, is_taught, kind, None, "")


def _dates(since: date, ends: date) -> Iterator[date]:
    for days in range((ends - since).days):
        yield since + timedelta(days=days)
