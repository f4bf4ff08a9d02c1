from collections.abc import Callable
from pathlib import Path

import pytest

from station.credential import token
from station.journal import FILE_NAME
from station.tap import Kind, Tap, decode
from tests.crash.calls import Sync
from tests.crash.disk import Rules
from tests.crash.lights import costs
from tests.crash.lived import Lived
from tests.crash.scene import card
from tests.crash.stories import BEFORE, STORIES
from tests.crash.tracing import needs_strace
from tests.fakes.station import KEY

pytestmark = [pytest.mark.journey, needs_strace]

# How many states each change in flight adds to a cut, and how many must come of it under each set of rules.
PLAN = {
    "first morning": (3, 900),
    "full log": (1, 980),
    "quiet moments": (2, 1_420),
    "inbox": (2, 700),
    "epochs": (4, 820),
    "salvage": (0, 180),
}
LONG_PLAN = {
    "first morning": 60,
    "full log": 40,
    "quiet moments": 40,
    "inbox": 60,
    "epochs": 80,
    "salvage": 10,
}
MOST_BYTES = 15_000


def test_a_run_of_these_tests_opens_at_least_ten_thousand_states() -> None:
    assert PLAN.keys() == LONG_PLAN.keys() == STORIES.keys()
    assert len(Rules) * sum(least for _, least in PLAN.values()) >= 10_000


@pytest.mark.parametrize("rules", Rules)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.invariant(1, 3, 4, 6)
@pytest.mark.fault("P1", "P3", "P4")
def test_no_power_cut_takes_what_a_light_had_confirmed(
    memory: Path, story: str, rules: Rules, record_property: Callable[[str, object], None]
) -> None:
    each, least = PLAN[story]
    lived = Lived(memory, story, before=BEFORE.get(story))
    # Only a reading of the calls that makes the very files the station left can say what a cut leaves.
    assert lived.files_by_the_calls() == lived.files
    explored = lived.explore(rules, seed=1, each=each)
    record_property("figure", f"power cuts, {story}, {rules.value}: {explored}")
    assert explored.losses == []
    assert explored.states >= least


def test_every_light_has_its_tap_in_the_order_of_the_cards(memory: Path) -> None:
    lived = Lived(memory, "first morning")
    entries = [decode(kept.body) for kept in lived.history]
    tokens = [Tap.from_payload(entry.payload).token for entry in entries if entry.kind == Kind.TAP]
    expected = [token(KEY, card(number).kind, card(number).value) for number in range(1, len(tokens) + 1)]
    assert tokens == expected
    assert len(lived.lights) == len(tokens)


@pytest.mark.invariant(1)
def test_a_tap_waits_for_one_flush_and_writes_little_and_so_do_the_moments_between(memory: Path) -> None:
    lived = Lived(memory, "quiet moments")
    taps = costs(lived.calls)
    assert [tap.flushes for tap in taps] == [1] * len(lived.lights)
    assert max(tap.written_bytes for tap in taps) <= MOST_BYTES
    assert lived.written_bytes() <= MOST_BYTES * len(taps)
    # Beyond the beginning and the two ends: whoever reads just then makes a moment pass without it.
    assert lived.calls.count(Sync(FILE_NAME)) >= 5


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("rules", Rules)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.invariant(1, 3, 4, 6)
@pytest.mark.fault("P1", "P3", "P4")
def test_no_power_cut_of_a_hundred_thousand_takes_what_a_light_had_confirmed(
    memory: Path, story: str, rules: Rules, record_property: Callable[[str, object], None]
) -> None:
    explored = Lived(memory, story, before=BEFORE.get(story)).explore(rules, seed=2, each=LONG_PLAN[story])
    record_property("figure", f"power cuts, {story}, {rules.value}: {explored}")
    assert explored.losses == []
