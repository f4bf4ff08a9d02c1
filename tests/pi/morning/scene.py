"""A room on a school morning: its board, a hand at the reader, central, and all held against each other."""

import base64
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from demo.school import Card, Section
from station.journal import Row
from station.roster import FILE_NAME as ROSTER
from station.tap import Kind, Tap, decode
from station.verdict import Sign
from tests.pi.board import Board
from tests.pi.card import Desk
from tests.pi.morning.hand import Hand
from tests.pi.morning.oracle import Found, Oracle, held_by_central
from tests.pi.school import LiveSchool

STATE: Final = "/var/lib/rollbook"
_LOOK_S: Final = 0.3
_READING = "systemctl show --value --property={key} {unit}"


@dataclass(slots=True)
class Scene:
    """Everything a scenario works with; `folder` is for what is taken off the card to be looked at.

    `patience_s` is far more than anything on this board needs, a cold start included.
    """

    school: LiveSchool
    section: Section
    board: Board
    folder: Path
    patience_s: float = 1800.0
    hand: Hand = field(init=False)
    oracle: Oracle = field(default_factory=Oracle)
    _looks: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Sit down before the board."""
        key = bytes.fromhex(self.school.school_key.read_text("ascii").strip())
        self.hand = Hand(self.board, key, self.patience_s)

    @property
    def cards(self) -> Sequence[Card]:
        """The cards of the class that an NFC reader reads by their number."""
        cards = (student.card for student in self.section.students)
        return [card for card in cards if card.kind == "uid"]

    def give_card(self, desk: Desk, system: str) -> None:
        """Have IT make the room's card, and put it into the board."""
        address = self.board.server_address(self.school.port)
        self.board.write_card(desk.bundle(self.section, system, address))

    def switch_on(self) -> None:
        """Switch the power on."""
        self.hand.sit_down()
        self.board.start()

    def switch_on_and_tap(self, card: Card) -> tuple[Sign, float]:
        """Switch on with a card on the reader; return the answer and the seconds to its first lamp."""
        self.hand.sit_down()
        start = self.hand.put(card)
        with ThreadPoolExecutor(1) as beside:
            began_s = time.monotonic()
            started = beside.submit(self.board.start)
            self.hand.first_lamp(start)
            took_s = time.monotonic() - began_s
            self.board.field.remove()
            sign = self.hand.whole_answer(card, start)
            started.result()
        return sign, took_s

    def cut(self) -> Found:
        """Cut the power, and hold what the card has against everything that was promised."""
        self.board.cut()
        return self.look()

    def look(self) -> Found:
        """Read the card while the power is off; raises AssertionError for what it lacks."""
        self.board.field.remove()
        return self.oracle.look(self.card_state(), self.hand.promises)

    def card_state(self) -> Path:
        """Return a copy of what the card holds of the station's folder."""
        return self.board.copy_state(self.folder / f"look-{next(self._looks)}")

    def ask(self, command: str, timeout_s: float = 600) -> str:
        """Run a command inside that must do, and return what it said."""
        code, said = self.board.run(command, timeout_s)
        assert code == 0, f"{command} ended with {code}: {said}"
        return said.strip()

    def reading(self, unit: str, key: str) -> str:
        """Return a property of a unit as systemd tells it."""
        return self.ask(_READING.format(key=key, unit=unit))

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Look again and again until something is so; what the system logged is told where it never is."""
        pause, end_s = threading.Event(), time.monotonic() + self.patience_s
        while not is_so():
            if time.monotonic() > end_s:
                _, logged = self.board.run("journalctl --no-pager --lines=40 --output=short-monotonic")
                msg = f"{what} did not happen in {self.patience_s:.0f} s; logged last:\n{logged}"
                raise TimeoutError(msg)
            pause.wait(_LOOK_S)

    def until_roster(self) -> None:
        """Wait until the station was brought its roster."""
        self.until(lambda: self.board.run(f"test -s {STATE}/{ROSTER}")[0] == 0, "the roster at the station")

    def until_held(self) -> None:
        """Wait until central holds a tap for every promise of an entry."""
        self.until(lambda: self.lacking() == [], "central holding every promised tap")

    def held(self) -> Sequence[bytes | None]:
        """Return the tokens of all taps central holds of the room, however they came to it."""
        found = {
            body: decode(body)
            for epoch in self._epochs()
            for each in self._held(epoch)
            for body in unfolded(each)
        }
        taps = [entry for entry in found.values() if entry.kind == Kind.TAP]
        return [Tap.from_payload(entry.payload).token for entry in taps]

    def agree(self, found: Found) -> int:
        """Hold central against the card, byte for byte; return how many entries both have.

        Central may lack what the card wrote last and nobody had carried yet, but no tap.
        """
        held = self._held(found.epoch)
        assert held == bodies(found.rows[: len(held)]), "central and card differ"
        assert Kind.TAP not in {decode(row.body).kind for row in found.rows[len(held) :]}, (
            "a tap was not carried"
        )
        assert self._epochs() == [found.epoch], "central knows of another journal"
        return len(held)

    def has_talked(self) -> bool:
        """Say whether central ever took something from the station."""
        return self._epochs() != []

    def lacking(self) -> list[bytes]:
        """Return what was promised an entry that central does not hold yet."""
        promised = Counter(each.token for each in self.hand.promises if each.is_new)
        return list((promised - Counter(token for token in self.held() if token)).elements())

    def _epochs(self) -> list[int]:
        journals = self.school.evidence.journals()
        return [epoch for station, epoch, _last in journals if station == self.section.station]

    def _held(self, epoch: int) -> list[bytes]:
        return held_by_central(self.school.evidence, self.section.station, epoch)


def unfolded(body: bytes) -> Sequence[bytes]:
    """Return an entry, and the one that it carries from an epoch before where it carries one."""
    entry = decode(body)
    if entry.kind != Kind.CARRY or not isinstance(entry.payload, dict):
        return [body]
    return [body, base64.b64decode(str(entry.payload["body"]))]


def bodies(rows: Sequence[Row]) -> list[bytes]:
    """Return entries as they are stored."""
    return [row.body for row in rows]


@contextmanager
def without_network(board: Board) -> Iterator[None]:
    """Pull the network cable out for as long as the block lasts."""
    board.network(is_up=False)
    try:
        yield
    finally:
        board.network(is_up=True)
