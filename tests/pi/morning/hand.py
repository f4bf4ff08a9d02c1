"""A student's hand at the reader: lays a card down, watches the lamps, and remembers what they promised."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from demo.school import Card
from station.credential import token
from station.simulator.cards import MifareClassic, Ntag213, TypeACard
from station.verdict import Sign, Verdict
from tests.pi.board import Board, Edge
from tests.pi.morning import signs

QUIET_S: Final = 1.5
"""So long nothing lit or sounded after an answer: six times the longest dark there is within one."""
_NEW: Final = frozenset({Verdict.WELCOME, Verdict.NOT_ON_ROSTER})


@dataclass(frozen=True, slots=True)
class Promise:
    """A lamp said that a tap of this token is stored; `is_new` where that is an entry of its own."""

    token: bytes
    is_new: bool


@dataclass(slots=True)
class Hand:
    """Taps at one board and waits so long for a lamp; `key` is the school's, which makes tokens."""

    board: Board
    key: bytes
    patience_s: float
    promises: list[Promise] = field(default_factory=list)
    _since: int = 0

    def sit_down(self) -> None:
        """Look at the lamps from here on: the board has no power yet, and all of them are dark."""
        self._since = len(self.board.lamps.seen())

    def tap(self, card: Card) -> Sign:
        """Tap a card, take it away at the first lamp, and return the sign that was seen whole."""
        start = self.put(card)
        self.first_lamp(start)
        self.board.field.remove()
        return self.whole_answer(card, start)

    def put(self, card: Card) -> int:
        """Lay a card down and return the place from where its answer is to be watched for."""
        start = len(self._edges())
        self.board.field.put(of_plastic(card))
        return start

    def first_lamp(self, start: int) -> None:
        """Wait for the very first lamp of an answer."""
        while signs.first_of_an_answer(self._edges(), start) is None:
            self._wait_for_more()

    def whole_answer(self, card: Card, start: int) -> Sign:
        """Watch an answer to its end and return which it was."""
        self.first_lamp(start)
        at = signs.first_of_an_answer(self._edges(), start)
        assert at is not None
        while True:
            is_over = self._is_over()
            if (read := signs.read_answer(self._edges(), at, is_over=is_over)) is not None:
                break
        sign, _end = read
        if sign in signs.STORED:
            self.promises.append(Promise(self.token(card), is_new=sign in _NEW))
        return sign

    def note_what_was_promised(self, card: Card, start: int) -> bool:
        """Take note of what an answer had said by the time the power went; return whether it promised.

        The card is one that nobody tapped before: whatever says *recorded* promises it an entry.
        """
        edges = self._edges()
        at = signs.first_of_an_answer(edges, start)
        if at is None or not signs.says_recorded(edges, at):
            return False
        self.promises.append(Promise(self.token(card), is_new=True))
        return True

    def token(self, card: Card) -> bytes:
        """Return the token the station makes of a card."""
        return token(self.key, card.kind, card.value)

    def _edges(self) -> Sequence[Edge]:
        return self.board.lamps.seen()[self._since :]

    def _wait_for_more(self) -> None:
        seen = len(self.board.lamps.seen())
        if not self.board.lamps.wait_for_more(seen, self.patience_s):
            msg = f"no lamp changed in {self.patience_s:.0f} s; the last ones: {self._edges()[-10:]}"
            raise TimeoutError(msg)

    def _is_over(self) -> bool:
        """Wait until an answer's pin changes or none did for a while; return whether all stay out now."""
        until, seen = time.monotonic() + QUIET_S, len(self.board.lamps.seen())
        while (left_s := until - time.monotonic()) > 0 and self.board.lamps.wait_for_more(seen, left_s):
            newer = self.board.lamps.seen()[seen:]
            if any(edge.pin in signs.ANSWERING for edge in newer):
                return False
            seen += len(newer)
        return not signs.on_after(self._edges()) & signs.ANSWERING


def of_plastic(card: Card) -> TypeACard:
    """Return a card as an antenna finds it; a phone or a 125 kHz fob is none."""
    uid = bytes.fromhex(card.value)
    return MifareClassic(uid) if card.model == "classic" else Ntag213(uid)
