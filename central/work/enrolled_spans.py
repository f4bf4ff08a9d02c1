"""Work out when a student was enrolled in a track, from the classes they sat in; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from central.domain.enrolment import Modality

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a student for a time."""

    grade: str
    programme: str
    modality: str = Modality.CLASSROOM.value


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row, both ends included; without an end it lasts."""

    since: date
    until: date | None = None

    @property
    def last(self) -> date:
        """The last day, or the end of days."""
        return self.until or date.max

    def holds(self, on: date) -> bool:
        """Tell whether a day lies in the span."""
        return self.since <= on <= self.last


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A span and what is true in it."""

    span: Span
    facts: Facts


def enrolled(
    seats: Iterable[Span], before: Sequence[Enrolled], facts: Facts, as_of: date
) -> tuple[Enrolled, ...]:
    """Return the spans a student is enrolled for, given every seat in the track's classes.

    What was recorded `before` stands for the days before `as_of`; `facts` are true from then on
    and wherever nothing was recorded. How a student is taught stands as recorded on every day: a
    roster says nothing of it. A gap without a weekday is no gap.
    """
    pieces = [
        Enrolled(piece, _facts_on(piece.since, before, facts, as_of))
        for span in _joined(seats)
        for piece in _cut(span, _cuts(before, as_of))
    ]
    return tuple(_melted(pieces))


def _joined(seats: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for seat in sorted(seats, key=lambda span: span.since):
        if joined and not _has_weekday(joined[-1].last, seat.since):
            if seat.last > joined[-1].last:
                joined[-1] = replace(joined[-1], until=seat.until)
        else:
            joined.append(seat)
    return joined


def _has_weekday(last: date, since: date) -> bool:
    """Tell whether a weekday lies strictly between the end of one span and the start of another."""
    if last == date.max or since <= last + _DAY:
        return False
    gap = (since - last).days - 1
    return any((last + n * _DAY).weekday() < _SATURDAY for n in range(1, min(gap, 3) + 1))


def _cuts(before: Sequence[Enrolled], as_of: date) -> list[date]:
    """Return the days on which something may change."""
    starts = {old.span.since for old in before}
    ends = {old.span.until + _DAY for old in before if old.span.until}
    return sorted(starts | ends | {as_of})


def _cut(span: Span, cuts: Iterable[date]) -> list[Span]:
    pieces, rest = [], span
    for on in cuts:
        if rest.since < on <= rest.last:
            pieces.append(Span(rest.since, on - _DAY))
            rest = Span(on, rest.until)
    return [*pieces, rest]


def _facts_on(on: date, before: Sequence[Enrolled], facts: Facts, as_of: date) -> Facts:
    recorded = next((old.facts for old in before if old.span.holds(on)), None)
    if recorded is None:
        return facts
    return replace(facts, modality=recorded.modality) if on >= as_of else recorded


def _melted(pieces: Sequence[Enrolled]) -> list[Enrolled]:
    melted: list[Enrolled] = []
    for piece in pieces:
        last = melted[-1] if melted else None
        if last and last.facts == piece.facts and last.span.until == piece.span.since - _DAY:
            melted[-1] = Enrolled(Span(last.span.since, piece.span.until), last.facts)
        else:
            melted.append(piece)
    return melted
