"""Boards of one station before one central: their storage can be imaged, put back, and lost."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from station.inbox import Inbox as StationInbox
from station.tap import Kind, decode
from sync_agent.beacon import Inbox
from sync_agent.carry import Carrier
from sync_agent.outcome import Acked, Outcome
from sync_agent.parting import order_epoch
from tests.fakes.central_rules import CentralRules
from tests.fakes.sync_agent import Bench, DirectCourier

PATIENCE = 300
"""Rounds after which whatever goes on is going in circles."""


class Board(Bench):
    """A bench whose station takes what the agent lays down, as the two processes of a board do."""

    def __init__(self, folder: Path, rules: CentralRules, seed: int) -> None:
        folder.mkdir(exist_ok=True)
        self.line = DirectCourier(rules)
        super().__init__(folder, self.line, seed, rules)
        self.carrier = self.begin_carrying()

    def begin_carrying(self) -> Carrier:
        """Return a carrier that knows nothing but what the memory holds."""
        return Carrier(self.reader, self.outbox, self.memory, Inbox(self.folder))

    def restart_agent(self) -> None:
        """Let the agent's process end and begin again."""
        super().restart_agent()
        self.carrier = self.begin_carrying()

    def lay_down(self) -> None:
        """Let the agent lay down what the station is to take."""
        reading = self.clock.reading()
        order_epoch(self.outbox, self.memory, Inbox(self.folder), reading)
        self.carrier.carry(reading)

    def take(self) -> None:
        """Let the station take what lies in its inbox."""
        self.clock.advance(1_000)
        StationInbox(self.folder / "inbox").take(self.journal, self.clock.reading())

    def step(self) -> Outcome:
        """Let both processes work once."""
        self.lay_down()
        self.take()
        return self.exchange.round()

    def sync(self) -> Outcome:
        """Work until central has everything; fail if that is never so."""
        for _ in range(PATIENCE):
            outcome = self.step()
            if isinstance(outcome, Acked) and not outcome.more and self.is_quiet():
                return outcome
        message = f"still not done: {outcome}, {self.outbox.backlog()}, {self.memory.standing()}"
        raise AssertionError(message)

    def is_quiet(self) -> bool:
        """Say whether neither process has anything left to do."""
        is_carrying = self.carrier.is_under_way or any((self.folder / "inbox").glob("*.json"))
        return not (self.outbox.backlog().entries or is_carrying)

    def image(self, folder: Path, seed: int) -> Board:
        """Return another board with a copy of this one's storage and a kernel of its own."""
        shutil.copytree(self.folder, folder)
        for lock in folder.glob("*lock"):
            lock.unlink()
        other = Board(folder, self.rules, seed)
        other.clock.boot, other.clock.raw_ms = self.clock.boot + 1, 5_000
        return other

    def taps(self) -> set[bytes]:
        """Return the taps its journal holds, wherever they were first written."""
        return {body for epoch in self.reader.epochs() for body in self.bodies(epoch) if is_tap(body)}


def is_tap(body: bytes) -> bool:
    """Say whether an entry is a tap."""
    return decode(body).kind == Kind.TAP


def arrived(rules: CentralRules) -> list[bytes]:
    """Return every tap central holds, in its own epoch or carried, as often as it is held."""
    found = []
    for held in rules.state.epochs.values():
        for body, _ in held.rows:
            entry = decode(body)
            if entry.kind == Kind.CARRY:
                assert isinstance(entry.payload, dict)
                body = base64.b64decode(str(entry.payload["body"]))  # noqa: PLW2901  what it carries counts
                assert decode(body).kind != Kind.CARRY
            if is_tap(body):
                found.append(body)
    return found


def assert_all_arrived(*boards: Board) -> None:
    """Fail unless central has every tap of these boards of one station."""
    for one in boards:
        assert one.taps() <= set(arrived(boards[0].rules))


Imaging: TypeAlias = Callable[[], Board]
"""Copies a board's storage to another board."""
