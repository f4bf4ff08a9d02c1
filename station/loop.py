"""The tap loop: take an event, journal it, and only then show the answer."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from station import credential
from station.clock import Clock
from station.errors import JournalError, PanelError
from station.journal import Journal
from station.logs import Log
from station.loss import Losses
from station.panel import Panel
from station.presence import Presence
from station.reader import Presented, ReaderDown, ReaderEvent, ReaderUp, Reason, Removed, TwoCards, Unreadable
from station.roster import Roster
from station.tap import Kind, Tap
from station.verdict import Sign, Verdict

TICK_S: Final = 0.25
"""How long the loop waits for an event before it looks after the rest."""

# What a wake-up call looks like in the queue: nothing happened, look around.
Events: TypeAlias = "queue.SimpleQueue[ReaderEvent | None]"

# Reasons that no second try mends: the thing presented has no number of its own for us.
_HOPELESS: Final = frozenset({Reason.RANDOM_UID, Reason.FOREIGN})

log = Log(__name__)


class RosterSource(Protocol):
    """Whatever knows which roster is in force."""

    def current(self) -> Roster | None:
        """Return the roster in force, None while there never was one."""


class Upkeep(Protocol):
    """Everything the loop looks after between taps."""

    def tick(self) -> None:
        """Do what is due; never raise for a fault that a later tick may mend."""


@dataclass(slots=True)
class Answered:
    """The journal entry that the sign now being shown answers, None when it answers none."""

    seq: int | None = None


@dataclass(slots=True)
class Station:
    """What one station answers taps with."""

    journal: Journal
    clock: Clock
    roster: RosterSource
    key: bytes = field(repr=False)
    key_id: str
    presence: Presence = field(default_factory=Presence)
    losses: Losses = field(default_factory=Losses)
    crowds: Counter[str] = field(default_factory=Counter)
    answered: Answered = field(default_factory=Answered)
    journalled: int = 0


def answer(presented: Presented, station: Station) -> Verdict:
    """Journal one presented credential and return what its holder is to be shown."""
    found = presented.credential
    token = credential.token(station.key, found.kind, found.value)
    if station.presence.is_bounce(token, presented.raw_ms):
        station.presence.merge(token, presented.raw_ms, presented.reader)
        return Verdict.ALREADY_TAPPED
    is_repeat = station.presence.is_repeat(token, presented.raw_ms)
    flags = _flags(presented.reader, token, station, repeat=int(is_repeat))
    tap = Tap(token, station.key_id, presented.reader, flags, found.evidence)
    if not _is_stored(tap, station):
        return Verdict.NOT_RECORDED
    # Only now: a tap that was lost must not look like a repeat when the student tries again.
    station.presence.remember(token, presented.raw_ms, presented.reader)
    if is_repeat:
        return Verdict.ALREADY_TAPPED
    # Unknown credentials are journalled too; whose they were is for central to settle.
    roster = station.roster.current()
    # A station that never had a roster cannot know better than to welcome everyone.
    return Verdict.WELCOME if roster is None or roster.knows(token) else Verdict.NOT_ON_ROSTER


def refuse(unreadable: Unreadable, station: Station) -> Verdict:
    """Return what is shown for something that gave no credential.

    A bank card or a locked phone is journalled without a token, so that a student who says "I did
    tap" can be believed; a card torn away too early is simply to be held again.
    """
    if unreadable.reason not in _HOPELESS:
        return Verdict.READ_AGAIN
    raw_ms = station.clock.reading().raw_ms
    stand_in = f"{unreadable.reader} {unreadable.reason}".encode()
    if station.presence.is_bounce(stand_in, raw_ms):
        station.presence.merge(stand_in, raw_ms)
        return Verdict.SEE_TEACHER
    flags = _flags(unreadable.reader, stand_in, station, **{unreadable.reason.replace("-", "_"): 1})
    if not _is_stored(Tap(None, None, unreadable.reader, flags), station):
        return Verdict.NOT_RECORDED
    station.presence.remember(stand_in, raw_ms)
    return Verdict.SEE_TEACHER


def react(event: ReaderEvent, station: Station) -> Sign | None:
    """Return what is to be shown for a reader's event, None when nothing is."""
    station.answered.seq = None
    match event:
        case Presented():
            return answer(event, station)
        case Unreadable():
            return refuse(event, station)
        case TwoCards():
            station.crowds[event.reader] += 1
            return Verdict.READ_AGAIN
        case Removed():
            station.presence.leave(event.reader, event.raw_ms)
        case ReaderUp() | ReaderDown():
            # The reader logs this itself, and the panel's state follows from its health.
            log.debug("reader.turned", reader=event.reader, turn=type(event).__name__)
    return None


def serve(events: Events, station: Station, panel: Panel, upkeep: Upkeep, stop: threading.Event) -> None:
    """Answer events until `stop` is set, and look after the rest in between."""
    while not stop.is_set():
        try:
            event = events.get(timeout=TICK_S)
        except queue.Empty:
            event = None
        if event is not None:
            sign = reaction(event, station)
            if sign is not None:
                show(panel, sign)
        try:
            upkeep.tick()
        except Exception:
            # The supervisor is told of progress at the end of a tick: one that never ends well is restarted.
            log.exception("upkeep.broke")


def reaction(event: ReaderEvent, station: Station) -> Sign | None:
    """Return what `react` does, or that nothing was recorded when it breaks."""
    try:
        return react(event, station)
    except Exception as error:
        # One card that finds a fault in the program must not take the answer from all who come after it.
        station.losses.add(error)
        log.exception("tap.broke", reader=event.reader)
        return Verdict.NOT_RECORDED


def show(panel: Panel, sign: Sign) -> None:
    """Show a sign; a panel that fails must not keep taps from being recorded."""
    try:
        panel.show(sign)
    except (OSError, RuntimeError, ValueError, PanelError):
        log.exception("panel.failed", sign=sign.name)


def _flags(reader: str, token: bytes, station: Station, **counts: int) -> Mapping[str, int]:
    counts |= {"merged": station.presence.merged(token), "two_cards": station.crowds[reader]}
    return {name: count for name, count in counts.items() if count}


def _is_stored(tap: Tap, station: Station) -> bool:
    items = [*station.losses.entries(), (Kind.TAP, tap.payload())]
    try:
        head = station.journal.append_all(items, station.clock.reading())
    except JournalError as error:
        station.losses.add(error)
        log.exception("tap.lost", reader=tap.reader)
        return False
    station.losses.settle()
    station.crowds.pop(tap.reader, None)
    station.journalled += 1
    station.answered.seq = head.seq
    log.info("tap.journalled", sequence=head.seq, reader=tap.reader)
    return True
