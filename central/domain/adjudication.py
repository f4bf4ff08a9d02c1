"""Published: what a line on paper amounts to beside taps, the room's station and what people said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from central.domain.attendance import Mark

Span: TypeAlias = tuple[datetime, datetime]
"""From one instant to another."""


class Verdict(StrEnum):
    """How a line on paper stands to everything else that is known."""

    RECORD_FALLBACK = "fallback"
    """No tap, and the station was down or there was none: paper stands in, under the teacher's signature."""
    CORROBORATES = "corroborates"
    PAPER_WITHOUT_OUTAGE = "no-outage"
    """No tap, and nothing shows that the station was down: somebody decides, with a reason."""
    CONFLICTS = "conflicts"
    """Paper says one thing and other evidence another: the teacher decides, with a reason."""
    KNOWN = "known"
    """This very line was taken in before; whoever keeps the sheets can tell."""


class Why(StrEnum):
    """What a verdict rests on, as a sentence."""

    TAPPED = "a tap says the same"
    CHECKED_IN = "a check-in says the same"
    DECIDED = "somebody had decided the same"
    TAP_AGAINST_ABSENT = "the paper says absent, and a tap says present"
    CHECK_IN_AGAINST_ABSENT = "the paper says absent, and a check-in says present"
    TIMES_APART = "the times on paper and those of the taps are further apart than the school allows"
    SAID_OTHERWISE = "the paper says otherwise than somebody had decided"
    REMOVED = "the paper names a student whose record somebody had removed"
    SHEETS_APART = "two paper sheets say opposite things"
    NO_STATION = "there was no station in the room"
    NOTED_OUTAGE = "an outage was noted for that time"
    MARKED_OUTAGE = "staff marked an outage at the station"
    REPORTED_GAP = "the station itself reported that taps were not recorded"
    DOUBTED = "the station is in doubt, and its taps wait"
    SILENT = "the station was silent for a part of the class"
    UNHEARD = "nothing of that time has come in from the station; taps may still come"
    OTHERS_TAPPED = "the station was recording: others tapped, and this student did not"
    ALIVE = "the station was alive all through the class, and nobody tapped"
    UNPROVEN = "nothing shows that the station was down"


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What a sheet says of one student in one class; times where they were written."""

    mark: Mark
    came_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tapped:
    """What a student's taps show of one class; None where an instant is not known to the minute."""

    first_in_at: datetime | None = None
    last_out_at: datetime | None = None


class Said(StrEnum):
    """What a person last said of a record, before and apart from the sheet."""

    PRESENT = "present"
    ABSENT = "absent"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RoomKnown:
    """What is known of a room's station during one class, `hours`.

    `others` are the instants at which other cards were taken, from when the class can be entered to its
    end. `noted` are outages a person put down, `marked` when staff marked one at the station; `reported`
    is where the station says that it lost taps. `is_silent` tells that it wrote nothing for a part of the
    class and was heard of again, `is_unheard` that it was not.
    """

    hours: Span
    has_station: bool = True
    others: Sequence[datetime] = ()
    noted: Sequence[Span] = ()
    marked: Sequence[datetime] = ()
    reported: Sequence[Span] = ()
    is_doubted: bool = False
    is_silent: bool = False
    is_unheard: bool = False
    is_alive: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of one student in one class beside the line on paper."""

    room: RoomKnown
    tapped: Tapped | None = None
    is_checked_in: bool = False
    said: Said | None = None
    other_sheets: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True)
class Apart:
    """How far times on paper and those of taps may lie apart."""

    coming: timedelta = timedelta(minutes=15)
    leaving: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and what it rests on."""

    verdict: Verdict
    why: Why
    needs_person: bool = False
    """Whether nothing of it may be certified before somebody has decided with a reason."""

    @property
    def needs_signature(self) -> bool:
        """Tell whether paper stands in for taps here, so that the teacher's signature is all there is."""
        return self.verdict is Verdict.RECORD_FALLBACK


def adjudicate(paper: OnPaper, known: Known, apart: Apart | None = None) -> Ruling:
    """Return what a line on paper amounts to; a function of the facts, whichever of them came first.

    A tap is never overwritten: paper that agrees corroborates it, paper that differs conflicts with
    it. Where nobody tapped, paper stands in if the station is shown to have been down; otherwise
    somebody decides, unless the paper says absent too and so claims nothing.

    Cites: CDE letter of August 3, 2009 on electronic attendance; EC 47612.5(a)(2) (R-REC-03, R-REC-05).
    """
    against = _against(paper, known, apart or Apart())
    if against is not None:
        return Ruling(Verdict.CONFLICTS, against, needs_person=True)
    if known.said is not None:
        return Ruling(Verdict.CORROBORATES, Why.DECIDED)
    if known.tapped is not None:
        return Ruling(Verdict.CORROBORATES, Why.TAPPED)
    if known.is_checked_in:
        return Ruling(Verdict.CORROBORATES, Why.CHECKED_IN)
    down = why_down(known.room)
    if down is not None:
        return Ruling(Verdict.RECORD_FALLBACK, down)
    claims = paper.mark is Mark.PRESENT
    return Ruling(Verdict.PAPER_WITHOUT_OUTAGE, _why_up(known.room), needs_person=claims)


def why_down(room: RoomKnown) -> Why | None:
    """Return what shows that a room's station did not record a class; None where nothing shows it.

    A note by hand, and a mark at the station, give way to cards taken in the very time they are about.
    """
    starts_at, ends_at = room.hours
    if not room.has_station:
        return Why.NO_STATION
    if any(_is_down(span, room) for span in room.noted):
        return Why.NOTED_OUTAGE
    for marked_at in room.marked:
        since_at = marked_at if starts_at < marked_at < ends_at else starts_at
        if not _taken(room, (since_at, ends_at)):
            return Why.MARKED_OUTAGE
    if any(_common(span, room.hours) for span in room.reported):
        return Why.REPORTED_GAP
    by_itself = ((room.is_doubted, Why.DOUBTED), (room.is_silent, Why.SILENT), (room.is_unheard, Why.UNHEARD))
    return next((why for holds, why in by_itself if holds), None)


def _why_up(room: RoomKnown) -> Why:
    if room.others:
        return Why.OTHERS_TAPPED
    return Why.ALIVE if room.is_alive else Why.UNPROVEN


def _against(paper: OnPaper, known: Known, apart: Apart) -> Why | None:
    """Return what speaks against the line, a person's word first."""
    if known.said is not None:
        # Whoever decided had the taps before them.
        return _against_word(paper.mark, known.said)
    says_absent = paper.mark is Mark.ABSENT
    speaks = (
        (says_absent and known.tapped is not None, Why.TAP_AGAINST_ABSENT),
        (says_absent and known.is_checked_in, Why.CHECK_IN_AGAINST_ABSENT),
        (known.other_sheets - {paper.mark}, Why.SHEETS_APART),
        (known.tapped and _is_apart(paper, known.tapped, known.room.hours, apart), Why.TIMES_APART),
    )
    return next((why for holds, why in speaks if holds), None)


def _against_word(mark: Mark, said: Said) -> Why | None:
    if said is Said.REMOVED:
        return Why.REMOVED
    return None if said.value == mark.value else Why.SAID_OTHERWISE


def _is_apart(paper: OnPaper, tapped: Tapped, hours: Span, apart: Apart) -> bool:
    """Tell whether two pairs of times tell of different attendance; outside the class none is any."""
    pairs = (
        (paper.came_at, tapped.first_in_at, apart.coming),
        (paper.left_at, tapped.last_out_at, apart.leaving),
    )
    return any(
        on_paper is not None
        and tap is not None
        and abs(_within(on_paper, hours) - _within(tap, hours)) > allowed
        for on_paper, tap, allowed in pairs
    )


def _within(instant: datetime, hours: Span) -> datetime:
    return min(max(instant, hours[0]), hours[1])


def _is_down(span: Span, room: RoomKnown) -> bool:
    # Cards are taken for a class before it begins: these, too, show that nothing was out.
    return _common(span, room.hours) is not None and not _taken(room, span)


def _common(one: Span, other: Span) -> Span | None:
    since_at, until_at = max(one[0], other[0]), min(one[1], other[1])
    return (since_at, until_at) if since_at < until_at else None


def _taken(room: RoomKnown, span: Span) -> bool:
    return any(span[0] < at <= span[1] for at in room.others)
