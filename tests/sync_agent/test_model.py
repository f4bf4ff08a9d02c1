"""Whatever befalls stations, line and central: nothing green is lost, nobody is alarmed without a cause."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.fakes.bad_line import FAULTS
from tests.fakes.trial import MOST_COPIES, MOST_KEPT, Trial

STEPS = 50
WHICH = st.integers(0, 5)
EARLY = st.sampled_from([0, 0, 1, 2])


class Quiet(RuleBasedStateMachine):
    """One station whose storage nobody copies, a central that loses nothing, and power and a line that fail.

    The real programs of both ends are at work; every history ends in peace, and with everything in its place.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trial = Trial()

    @initialize(most=st.sampled_from([2, 3, 500]))
    def central_takes_so_many_entries_at_once(self, most: int) -> None:
        self.trial.central.most = most

    @rule(which=WHICH, count=st.integers(1, 4))
    def tap(self, which: int, count: int) -> None:
        self.trial.tap(which, count)

    @rule(which=WHICH)
    def take_what_the_agent_laid_down(self, which: int) -> None:
        self.trial.look(which)

    @rule(which=WHICH, fault=st.sampled_from(FAULTS))
    def talk(self, which: int, fault: str) -> None:
        self.trial.talk(which, fault)

    @rule(which=WHICH, fault=st.sampled_from(FAULTS))
    def talk_again(self, which: int, fault: str) -> None:
        self.trial.talk(which, fault)

    @rule(which=st.integers(0, 200))
    def a_request_arrives_late(self, which: int) -> None:
        self.trial.come_late(which)

    @rule(which=WHICH)
    def restart_the_agent(self, which: int) -> None:
        self.trial.pick(which).restart_agent()

    @rule(which=WHICH, steps=st.integers(0, 12))
    def let_the_power_go_soon(self, which: int, steps: int) -> None:
        self.trial.cut(which, steps)

    @rule()
    def central_ends_at_once_and_begins_again(self) -> None:
        self.trial.central.crash()

    @precondition(lambda self: len(self.trial.images) < MOST_KEPT)
    @rule(which=WHICH)
    def take_an_image(self, which: int) -> None:
        self.trial.image(which)

    @precondition(lambda self: len(self.trial.backups) < MOST_KEPT)
    @rule()
    def back_up(self) -> None:
        self.trial.back_up()

    @invariant()
    def nobody_is_alarmed_without_a_cause(self) -> None:
        self.trial.verify_alarms()

    def teardown(self) -> None:
        try:
            self.trial.settle()
        finally:
            self.trial.close()


class Disaster(Quiet):
    """The same with storage that is copied, put back and lost, at the school and at central."""

    @precondition(lambda self: len(self.trial.copies) < MOST_COPIES)
    @rule(which=WHICH, early=EARLY)
    def clone(self, which: int, early: int) -> None:
        self.trial.clone(which, early)

    @precondition(lambda self: self.trial.images)
    @rule(which=WHICH, image=st.integers(0, 2), early=EARLY, keeps_memory=st.booleans())
    def put_an_image_back(self, which: int, image: int, early: int, *, keeps_memory: bool) -> None:
        self.trial.put_back(which, image, keeps_memory=keeps_memory, early_turns=early)

    @rule(which=WHICH)
    def lose_the_memory_of_the_agent(self, which: int) -> None:
        self.trial.forget(which)

    @precondition(lambda self: self.trial.backups)
    @rule(which=st.integers(0, 2), is_told=st.booleans())
    def restore(self, which: int, *, is_told: bool) -> None:
        # Where nobody is told, and the mark beside the evidence was put back with it, a receipt alone can
        # tell what was lost: not one of an epoch that is parted already, or that two copies share.
        self.trial.restore(which, is_told=is_told or self.trial.causes > 0)


def run(machine: type[Quiet], histories: int) -> None:
    """Drive a machine through random histories; without shrinking, which takes longer than CI may."""
    how = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        phases=[Phase.generate],
        # What was found while a rule was left out says nothing about the next rule.
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.fault("N1", "N2", "N3")
@pytest.mark.invariant(3, 7, 8, 9, 15, 16, 18, 21)
def test_no_failure_of_line_or_power_loses_or_doubles_a_tap_or_alarms_anybody() -> None:
    run(Quiet, 100)


@pytest.mark.fault("C1", "C2", "C3", "C4", "D5", "S2", "S3")
@pytest.mark.invariant(3, 7, 10, 14, 15, 17, 18, 19, 21)
def test_copies_images_and_backups_lose_no_tap_and_each_costs_one_epoch_at_most() -> None:
    run(Disaster, 100)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("machine", [Quiet, Disaster])
def test_the_same_holds_in_a_thousand_histories(machine: type[Quiet]) -> None:
    run(machine, 500)
