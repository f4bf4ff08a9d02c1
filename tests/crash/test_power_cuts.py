from collections.abc import Callable
from pathlib import Path

import pytest

from station.credential import token
from station.tap import Kind, Tap, decode
from tests.crash.disk import Rules
from tests.crash.lived import Lived
from tests.crash.scene import SCENES, card
from tests.crash.tracing import needs_strace
from tests.fakes.station import KEY

pytestmark = needs_strace

# How many states each change in flight adds to a cut, and how many must come of it under each set of rules.
PLAN = {
    "first morning": (6, 900),
    "full log": (3, 1_200),
    "quiet moments": (3, 1_200),
    "inbox": (5, 700),
    "epochs": (6, 600),
}
LONG_PLAN = {"first morning": 60, "full log": 40, "quiet moments": 40, "inbox": 60, "epochs": 60}


def test_a_run_of_these_tests_opens_at_least_ten_thousand_states() -> None:
    assert PLAN.keys() == LONG_PLAN.keys() == SCENES.keys()
    assert len(Rules) * sum(least for _, least in PLAN.values()) >= 10_000


@pytest.mark.parametrize("rules", Rules)
@pytest.mark.parametrize("scene", SCENES)
def test_no_power_cut_takes_what_a_light_had_confirmed(
    memory: Path, scene: str, rules: Rules, record_property: Callable[[str, object], None]
) -> None:
    each, least = PLAN[scene]
    explored = Lived(memory, scene).explore(rules, seed=1, each=each)
    record_property("figure", f"power cuts, {scene}, {rules.value}: {explored}")
    assert explored.losses == []
    assert explored.states >= least


@pytest.mark.parametrize("scene", SCENES)
def test_the_calls_read_from_strace_make_the_very_files_the_station_left(memory: Path, scene: str) -> None:
    lived = Lived(memory, scene)
    assert lived.files_by_the_calls() == lived.files


def test_every_light_has_its_tap_in_the_order_of_the_cards(memory: Path) -> None:
    lived = Lived(memory, "first morning")
    entries = [decode(kept.body) for kept in lived.history]
    tokens = [Tap.from_payload(entry.payload).token for entry in entries if entry.kind == Kind.TAP]
    expected = [token(KEY, card(number).kind, card(number).value) for number in range(1, len(tokens) + 1)]
    assert tokens == expected
    assert len(lived.lights) == len(tokens)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("rules", Rules)
@pytest.mark.parametrize("scene", SCENES)
def test_no_power_cut_of_a_hundred_thousand_takes_what_a_light_had_confirmed(
    memory: Path, scene: str, rules: Rules, record_property: Callable[[str, object], None]
) -> None:
    explored = Lived(memory, scene).explore(rules, seed=2, each=LONG_PLAN[scene])
    record_property("figure", f"power cuts, {scene}, {rules.value}: {explored}")
    assert explored.losses == []
