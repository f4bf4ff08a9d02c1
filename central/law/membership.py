"""Who belonged to which track, grade span and modality without a break, and the school months they meet."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from central.domain.calendar import SchoolMonth, TrackCalendar
from central.domain.enrolment import EnrolledSpan, GradeSpan, Modality
from central.law.ada import enrolment_in_force
from central.law.months import school_months
from central.law.periods import divisor_days

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Membership:
    """An unbroken time of one student in a track, grade span and modality; both ends belong to it."""

    student: str
    track: str
    span: GradeSpan
    modality: Modality
    since: date
    until: date

    def holds(self, on: date) -> bool:
        """Tell whether a date lies in it."""
        return self.since <= on <= self.until

    def days(self, among: Sequence[date]) -> Sequence[date]:
        """Return those of some dates, ascending, that lie in it."""
        return among[bisect_left(among, self.since) : bisect_right(among, self.until)]


@dataclass(frozen=True, slots=True)
class MonthWindow:
    """A school month as enrollment sees it: up to the day before the next one begins, or a last day.

    `taught` are its divisor days until then, ascending.
    """

    month: SchoolMonth
    ends_on: date
    taught: tuple[date, ...]


def memberships(spans: Iterable[EnrolledSpan]) -> tuple[Membership, ...]:
    """Cut enrolments where what is true of the student changes, and join what does not; older first.

    A change of grade inside one grade span changes nothing here; where two enrolments in a track
    hold, the younger says what is true.

    Cites: 5 CCR 11960(a); attendance reports to the authorizer (R-ADA-06, R-MON-01).
    """
    held: dict[tuple[str, str], list[EnrolledSpan]] = defaultdict(list)
    for span in spans:
        held[span.student, span.track].append(span)
    found = [member for (student, track), here in held.items() for member in _of(student, track, here)]
    return tuple(sorted(found, key=lambda member: (member.student, member.since, member.track)))


def month_windows(calendar: TrackCalendar, until: date) -> tuple[MonthWindow, ...]:
    """Return the school months of a track begun by a date.

    Cites: EC 37201(a); EC 41601(a) (R-CAL-02, R-CAL-04).
    """
    months = school_months(calendar)
    last = min(until, calendar.school_year.ends_on)
    ends = [after.starts_on - _DAY for _, after in pairwise(months)] + [last]
    taught = sorted(on for on in divisor_days(calendar) if on <= until)
    return tuple(
        MonthWindow(month, min(end, last), tuple(on for on in taught if month.holds(on)))
        for month, end in zip(months, ends, strict=True)
        if month.starts_on <= until
    )


def _of(student: str, track: str, spans: Sequence[EnrolledSpan]) -> list[Membership]:
    cuts = sorted({span.since for span in spans} | {_after(span) for span in spans})
    found: list[Membership] = []
    for since, after in pairwise(cuts):
        span = enrolment_in_force(spans, track, since)
        if span is None:
            continue
        kind, until = (span.grade.span, span.modality), after - _DAY
        last = found[-1] if found else None
        if last and last.until == since - _DAY and (last.span, last.modality) == kind:
            found[-1] = replace(last, until=until)
        else:
            found.append(Membership(student, track, *kind, since, until))
    return found


def _after(span: EnrolledSpan) -> date:
    """Return the day after a span's last one; one without an end outlasts every calendar."""
    return date.max if span.until is None or span.until == date.max else span.until + _DAY
