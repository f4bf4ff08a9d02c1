"""The staff's gestures: a card held opens a session, a short tap chooses, a hold does what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from station.verdict import State

HOLD_MS: Final = 2_000
"""A staff card that lies so long on a reader is held, and no longer a tap."""
IDLE_MS: Final = 30_000
"""A session with no gesture for so long is over."""
LINE_PREFIX: Final = "staff:"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Act(StrEnum):
    """What staff may do, in the order in which short taps offer it."""

    OUTAGE = "outage"
    TIME = "time"
    ENROL = "enrol"
    SELF_TEST = "self-test"


_STATES: Final = {
    Act.OUTAGE: State.STAFF_OUTAGE,
    Act.TIME: State.STAFF_TIME,
    Act.ENROL: State.STAFF_ENROL,
    Act.SELF_TEST: State.STAFF_SELF_TEST,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """An act, who of the staff asked for it and where; `says_ms` is the time somebody read off a clock."""

    act: Act
    token: bytes
    reader: str
    says_ms: int | None = None


@dataclass(slots=True)
class _Session:
    token: bytes
    touched_ms: int
    choice: Act = Act.OUTAGE
    awaits_card: bool = False


@dataclass(slots=True)
class _Lying:
    """A staff card on a reader; spent once it was taken for held, since one hold asks for one thing."""

    token: bytes
    since_ms: int
    is_spent: bool = False


class Desk:
    """The staff cards on a station's readers, and the one session they may have open.

    All moments are raw milliseconds. Whoever tells of them decides who is staff.
    """

    def __init__(self) -> None:
        self._lying: dict[str, _Lying] = {}
        self._session: _Session | None = None

    @property
    def state(self) -> State | None:
        """What the panel says of the session, None while there is none."""
        if self._session is None:
            return None
        return State.STAFF_AWAITS_CARD if self._session.awaits_card else _STATES[self._session.choice]

    def is_holder(self, token: bytes | None) -> bool:
        """Say whether the session is of this card, whose presentations are gestures then and no taps."""
        return self._session is not None and self._session.token == token

    def lay(self, reader: str, token: bytes, raw_ms: int) -> None:
        """Take note that a staff card was laid on a reader."""
        self._lying[reader] = _Lying(token, raw_ms)
        self._touch(token, raw_ms)

    def lift(self, reader: str, raw_ms: int) -> Wish | None:
        """Take note that a reader's card was last there at `raw_ms`; return what it asked for by that."""
        lying = self._lying.pop(reader, None)
        if lying is None or lying.is_spent:
            return None
        if raw_ms - lying.since_ms >= HOLD_MS:
            return self._held(reader, lying, raw_ms)
        if self._session is not None and self.is_holder(lying.token):
            acts = list(Act)
            self._session.choice = acts[(acts.index(self._session.choice) + 1) % len(acts)]
            self._session.awaits_card = False
            self._touch(lying.token, raw_ms)
        return None

    def forget(self, reader: str) -> None:
        """Take note that a reader went blind: what lay on it made no gesture."""
        self._lying.pop(reader, None)

    def pass_time(self, raw_ms: int) -> Wish | None:
        """Return what a card that is held by now asks for; close a session nobody uses."""
        for reader, lying in self._lying.items():
            if not lying.is_spent and raw_ms - lying.since_ms >= HOLD_MS:
                return self._held(reader, lying, raw_ms)
        if self._session is not None and raw_ms - self._session.touched_ms >= IDLE_MS:
            self._session = None
        return None

    def ask(self, text: str, reader: str, raw_ms: int) -> Wish | None:
        """Return what a scanned line such as `staff:enrol` asks for; None without a session or a meaning."""
        name, _, when = text.removeprefix(LINE_PREFIX).partition(":")
        says_ms = _instant_ms(when) if when else None
        if self._session is None or name not in list(Act) or (says_ms is None) != (not when):
            return None
        if when and name != Act.TIME:
            return None
        self._session.choice = Act(name)
        return self._wish(reader, raw_ms, says_ms)

    def awaited(self, reader: str) -> Wish | None:
        """Return the wish that a card laid on this reader now fulfils, None when none is waited for."""
        session = self._session
        if session is None or not session.awaits_card:
            return None
        return Wish(Act.ENROL, session.token, reader)

    def enrolled(self, raw_ms: int) -> None:
        """Take note that the card waited for has come."""
        if self._session is not None:
            self._session.awaits_card = False
            self._session.touched_ms = raw_ms

    def _held(self, reader: str, lying: _Lying, raw_ms: int) -> Wish | None:
        lying.is_spent = True
        if self._session is None:
            self._session = _Session(lying.token, raw_ms)
            return None
        return self._wish(reader, raw_ms) if self.is_holder(lying.token) else None

    def _wish(self, reader: str, raw_ms: int, says_ms: int | None = None) -> Wish | None:
        session = self._session
        if session is None:
            return None
        session.touched_ms = raw_ms
        session.awaits_card = session.choice is Act.ENROL
        return Wish(session.choice, session.token, reader, says_ms)

    def _touch(self, token: bytes, raw_ms: int) -> None:
        if self._session is not None and self.is_holder(token):
            self._session.touched_ms = raw_ms


def _instant_ms(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A time without an offset is some zone's, and a station knows no zones.
    return None if at.tzinfo is None or at < _EPOCH else (at - _EPOCH) // _MS
