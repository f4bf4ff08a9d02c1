"""Whatever the line does to messages, central ends with the journal: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from station import chain
from sync_agent import wire
from sync_agent.exchange import Acked, Halted
from tests.fakes.central_rules import State
from tests.fakes.sync_agent import Bench, DirectCourier

MEMORY = Path("/dev/shm")  # noqa: S108 (Linux's folder in memory)
FAULTS = ["none", "none", "lost request", "lost answer", "doubled"]


class Line(RuleBasedStateMachine):
    """One station, one central that keeps its rules, and a line between them that keeps none."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(
            tempfile.mkdtemp(prefix="rollbook-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
        )
        self.bench = Bench(self.folder)
        assert isinstance(self.bench.courier, DirectCourier)
        self.line = self.bench.courier
        self.backups: list[State] = []
        # A restored central must take the ratchet on trust once; a copy from before would use that up.
        self.copies_from = 0

    @initialize(most=st.sampled_from([2, 3, 500]))
    def central_takes_so_many_entries_at_once(self, most: int) -> None:
        self.bench.rules.max_entries = most

    @rule(count=st.integers(1, 4))
    def tap(self, count: int) -> None:
        self.bench.tap(count)

    @rule(fault=st.sampled_from(FAULTS))
    def talk(self, fault: str) -> None:
        self.line.faults.append(fault)
        outcome = self.bench.exchange.round()
        self.line.faults.clear()
        assert not isinstance(outcome, Halted)

    @rule(which=st.integers(0, 40))
    def a_copy_arrives_late(self, which: int) -> None:
        copies = [
            message for message in self.line.carried[self.copies_from :] if self.may_come_again(message)
        ]
        if copies:
            self.bench.rules.sync(copies[which % len(copies)])

    def may_come_again(self, message: bytes) -> bool:
        """Say whether a request was carried out, or is still on its way.

        One that was refused and then made anew must not come again: central cannot tell it from
        what a cloned station sends.
        """
        pending = self.bench.memory.pending()
        envelope = wire.unpack(message, wire.MAX_MESSAGE_BYTES).envelope
        held = self.bench.rules.state.epochs.get(envelope.epoch)
        is_known = held is not None and (envelope.sync_no, envelope.nonce) in held.seen
        return is_known or (pending is not None and pending.message == message)

    @rule()
    def restart(self) -> None:
        self.bench.restart_agent()

    @precondition(lambda self: len(self.backups) < 3)
    @rule()
    def back_up(self) -> None:
        self.backups.append(self.bench.rules.backup())

    @precondition(lambda self: self.backups)
    @rule(which=st.integers(0, 2))
    def restore(self, which: int) -> None:
        self.bench.rules.restore(self.backups[which % len(self.backups)])
        self.copies_from = len(self.line.carried)

    @invariant()
    def central_holds_a_beginning_of_the_journal(self) -> None:
        held = self.bench.rules.state.epochs.get(self.bench.epoch)
        if held is not None:
            bodies = [body for body, _ in held.rows]
            assert bodies == self.bench.bodies()[: len(bodies)]
            chain.verify(chain.START, held.rows)

    @invariant()
    def nobody_is_alarmed(self) -> None:
        assert self.bench.rules.alarms == []

    def teardown(self) -> None:
        try:
            outcome = self.bench.settle(rounds=200)
            assert isinstance(outcome, Acked), outcome
            assert self.bench.rules.bodies(self.bench.epoch) == self.bench.bodies()
            assert self.bench.rules.alarms == []
        finally:
            self.bench.close()
            shutil.rmtree(self.folder)


TestLine = Line.TestCase
TestLine.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    # Histories are short enough to read as found; making them shorter takes longer than CI may.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
