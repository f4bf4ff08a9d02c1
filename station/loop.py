"""The tap loop: take an event, journal it, and only then show the answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

from station.errors import JournalDamagedError, JournalError, PanelError
from station.logs import Log
from station.panel import Panel
from station.reader import (
    Asked,
    Presented,
    ReaderDown,
    ReaderEvent,
    ReaderUp,
    Reason,
    Removed,
    TwoCards,
    Unreadable,
)
from station.staff import act
from station.station import Station
from station.tap import Kind, Tap
from station.verdict import Notice, Sign, Verdict

TICK_S: Final = 0.25
"""How long the loop waits for an event before it looks after the rest."""

# What a wake-up call looks like in the queue: nothing happened, look around.
Events: TypeAlias = "queue.SimpleQueue[ReaderEvent | None]"

# Reasons that no second try mends: the thing presented has no number of its own for us.
_HOPELESS: Final = frozenset({Reason.RANDOM_UID, Reason.FOREIGN, Reason.PLAIN_MIRROR})

log = Log(__name__)


class Upkeep(Protocol):
    """Everything the loop looks after between taps."""

    def tick(self) -> None:
        """Do what is due; raise for no fault that a later tick may mend, so for a damaged journal alone."""


def answer(presented: Presented, station: Station) -> Sign | None:
    """Answer a presentation, which is a gesture and no tap where the card's holder has a session open."""
    reader, raw_ms = presented.reader, presented.raw_ms
    # Derived here and nowhere else: everything below is told.
    token, desk = station.token_of(presented.credential), station.desk
    if token is not None and desk.is_holder(token):
        station.presence.lay(reader, raw_ms)
        desk.lay(reader, token, raw_ms)
        return None
    verdict = _journal(presented, token, station)
    if token is None or verdict is Verdict.NOT_RECORDED:
        return verdict
    # Only now, and once: recording never waits for a roster.
    roster = station.roster.current()
    is_expected = roster is not None and roster.knows(token)
    if roster is not None and roster.is_staff(token):
        desk.lay(reader, token, raw_ms)
    elif not is_expected and (wish := desk.awaited(reader)) is not None:
        # Whoever is expected already only came to tap.
        return act.enrol(token, wish, station)
    # Unknown credentials are journalled too; whose they were is for central to settle.
    is_stranger = roster is not None and not is_expected
    return Verdict.NOT_ON_ROSTER if is_stranger and verdict is Verdict.WELCOME else verdict


def _journal(presented: Presented, token: bytes | None, station: Station) -> Verdict:
    """Journal one presented credential; what is returned does not know of any roster."""
    found, reader, raw_ms = presented.credential, presented.reader, presented.raw_ms
    mark = station.mark_of(found, token)
    station.presence.lay(reader, raw_ms)
    if station.presence.is_bounce(mark, raw_ms):
        station.presence.merge(mark, raw_ms, reader)
        return Verdict.ALREADY_TAPPED
    is_repeat = station.presence.is_repeat(mark, raw_ms)
    finding = {} if found.finding is None else {found.finding: 1}
    flags = _flags(reader, mark, station, repeat=int(is_repeat), **finding)
    tap = Tap(token, None if token is None else station.key_id, reader, flags, found.evidence)
    if not _is_stored(tap, station):
        return Verdict.NOT_RECORDED
    # Only now: a tap that was lost must not look like a repeat when the student tries again.
    station.presence.remember(mark, raw_ms, reader)
    return Verdict.ALREADY_TAPPED if is_repeat else Verdict.WELCOME


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
            station.note(event.reader, "two_cards")
            return Verdict.READ_AGAIN
        case Removed():
            station.presence.leave(event.reader, event.raw_ms)
            wish = station.desk.lift(event.reader, event.raw_ms)
            return None if wish is None else act.do(wish, station)
        case Asked():
            wish = station.desk.ask(event.text, event.reader, event.raw_ms)
            return Notice.FAILED if wish is None else act.do(wish, station)
        case ReaderUp() | ReaderDown():
            # The reader logs this itself, and the panel's state follows from its health.
            log.debug("reader.turned", reader=event.reader, turn=type(event).__name__)
            station.desk.forget(event.reader)
    return None


def pass_time(station: Station) -> Sign | None:
    """Return what is to be shown because time went by: a card left, a card held, a self-test done."""
    station.answered.seq = None
    raw_ms = station.clock.reading().raw_ms
    for reader in station.presence.newly_left(raw_ms):
        station.note(reader, "card_left")
        log.info("card.left", reader=reader)
    wish = station.desk.pass_time(raw_ms)
    return act.finish_self_test(station) if wish is None else act.do(wish, station)


def serve(events: Events, station: Station, panel: Panel, upkeep: Upkeep, stop: threading.Event) -> None:
    """Answer events until `stop` is set, and look after the rest in between.

    Raises JournalDamagedError as soon as the journal has to be salvaged.
    """
    while not stop.is_set():
        try:
            event = events.get(timeout=TICK_S)
        except queue.Empty:
            event = None
        if event is not None:
            attend(event, station, panel)
        # A card is held only if it has not left meanwhile, and what is still in the queue may say so.
        if events.empty() and (sign := _passing(station)) is not None:
            show(panel, sign)
        try:
            upkeep.tick()
        except JournalDamagedError:
            raise
        except Exception:
            # The supervisor is told of progress at the end of a tick: one that never ends well is restarted.
            log.exception("upkeep.broke")


def attend(event: ReaderEvent, station: Station, panel: Panel) -> None:
    """React to a reader's event, show what is to be shown, and only then log what was stored."""
    try:
        if (sign := reaction(event, station)) is not None:
            show(panel, sign)
    finally:
        log_stored(station)


def log_stored(station: Station) -> None:
    """Write the log line of each tap stored; nobody's light waits for it."""
    for sequence, reader in station.unlogged:
        log.info("tap.journalled", sequence=sequence, reader=reader)
    station.unlogged.clear()


def reaction(event: ReaderEvent, station: Station) -> Sign | None:
    """Return what `react` does, or that nothing was recorded when it breaks."""
    try:
        return react(event, station)
    except Exception as error:
        # One card that finds a fault in the program must not take the answer from all who come after it.
        station.losses.add(error)
        log.exception("tap.broke", reader=event.reader)
        return Verdict.NOT_RECORDED


def _passing(station: Station) -> Sign | None:
    try:
        return pass_time(station)
    except Exception:
        # Nobody's tap hangs on it, and the taps to come must not.
        log.exception("staff.broke")
        return None


def show(panel: Panel, sign: Sign) -> None:
    """Show a sign; a panel that fails must not keep taps from being recorded."""
    try:
        panel.show(sign)
    except (OSError, RuntimeError, ValueError, PanelError):
        log.exception("panel.failed", sign=sign.name)


def _flags(reader: str, mark: bytes, station: Station, **counts: int) -> Mapping[str, int]:
    counts |= {"merged": station.presence.merged(mark), **station.notes(reader)}
    return {name: count for name, count in counts.items() if count}


def _is_stored(tap: Tap, station: Station) -> bool:
    try:
        head = station.append([(Kind.TAP, tap.payload())])
    except JournalError as error:
        station.losses.add(error)
        log.exception("tap.lost", reader=tap.reader)
        return False
    station.noted.pop(tap.reader, None)
    station.journalled += 1
    station.unlogged.append((head.seq, tap.reader))
    return True
