"""A school's records as of a day, read once for all questions the register asks of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from central.domain.calendar import DateSpan, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan
from central.domain.minutes import DayMinutes
from central.domain.student import DatedFact, FactKind, StudentFacts
from central.law.periods import divisor_days
from central.register.gathered import Gathered, gather
from central.store.attended import SessionKey, Signed, signed_sessions
from central.store.models import SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans
from central.store.queries.facts import dated_facts, student_facts
from central.store.queries.minutes import day_minutes

_NAMED = 5


@dataclass(frozen=True)
class Records:
    """One school year as of a day; decisions count that were taken before the instant `before`."""

    year: SchoolYear
    as_of: date
    before: datetime

    @cached_property
    def span(self) -> Year:
        """The school year as the law knows it."""
        return Year(self.year.name)

    @cached_property
    def calendars(self) -> dict[str, TrackCalendar]:
        """The calendar of each track taught on some weekday."""
        every = track_calendars(self.year.school_id, self.span)
        return {code: calendar for code, calendar in every.items() if calendar.weekdays_taught}

    @cached_property
    def days(self) -> dict[str, tuple[date, ...]]:
        """Each track's divisor days up to the day, in order."""
        return {
            code: tuple(sorted(on for on in divisor_days(calendar) if on <= self.as_of))
            for code, calendar in self.calendars.items()
        }

    @cached_property
    def enrolled(self) -> list[EnrolledSpan]:
        """The enrollments of the year that have begun."""
        spans = enrolled_spans(self.year.school_id, self.span)
        return [span for span in spans if span.since <= self.as_of]

    @cached_property
    def people(self) -> dict[str, StudentFacts]:
        """What is proven of each student."""
        return dict(student_facts(self.year.school_id))

    @cached_property
    def facts(self) -> list[DatedFact]:
        """Every dated fact that stands."""
        return dated_facts(self.year.school_id)

    @cached_property
    def minutes(self) -> list[DayMinutes]:
        """The minutes of every day taught this year, by track and grade."""
        return day_minutes(self.year.school_id, self.span)

    @cached_property
    def gathered(self) -> Gathered:
        """What was found by going through every attendance record as decisions left it."""
        return gather(self)

    @cached_property
    def signed(self) -> dict[SessionKey, Signed]:
        """The signatures under each session."""
        return signed_sessions(self.year, self.before)

    def school_days(self, span: EnrolledSpan) -> list[date]:
        """Return the school days of an enrollment up to the day, from when facts are kept on."""
        kept_since = self.year.school.facts_kept_since or self.span.starts_on
        return [on for on in self.days.get(span.track, ()) if span.holds(on) and on >= kept_since]

    def without(self, kind: FactKind, spans: Iterable[EnrolledSpan]) -> list[str]:
        """Return the students with no fact of a kind in force on the last day of their enrollment so far."""
        held: dict[str, list[DateSpan]] = {}
        for fact in self.facts:
            if fact.kind is kind:
                held.setdefault(fact.student, []).append(fact.valid)
        found = {
            span.student
            for span in spans
            if not any(
                valid.holds(min(self.as_of, span.until or self.as_of)) for valid in held.get(span.student, ())
            )
        }
        return sorted(found)


def some(names: Iterable[str]) -> str:
    """Name the first few of something, and say how many more there are."""
    every: Sequence[str] = sorted(set(names))
    more = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {more} more" if more > 0 else "")
