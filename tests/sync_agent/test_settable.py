"""Whatever is signed as settings, only intervals in their bounds are, and all of it or nothing is taken."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.intake.offer import Offer
from central.timeline.liveness import LONGEST_MS
from station.told import LEAST_ALIVE_S, MOST_ALIVE_S, parse
from sync_agent.errors import WireError
from sync_agent.orders import VERBS
from sync_agent.settable import OF_THE_STATION, SETTABLE, Config
from sync_agent.wire.fields import compact
from tests.fakes.central_rules import STATION
from tests.fakes.sync_agent import Bench, DirectCourier
from tests.fakes.watch import Watch
from tests.sync_agent.test_downlink import HERE, note, reply


def test_every_bound_is_one_the_agent_accepts_from_its_own_file() -> None:
    for name, setting in SETTABLE.items():
        assert 0 < setting.least_s <= setting.most_s
        assert setting.does.endswith(".")
        if name not in OF_THE_STATION:
            for value in (setting.least_s, setting.most_s):
                replace(HERE, **{name: float(value)})
    alive = SETTABLE["alive_s"]
    for value in (alive.least_s, alive.most_s):
        assert parse(compact({"version": 1, "values": {"alive_s": value}})).alive_s == value


def test_no_station_can_be_told_to_live_so_quietly_that_central_calls_it_silent() -> None:
    alive = SETTABLE["alive_s"]
    assert (alive.least_s, alive.most_s) == (LEAST_ALIVE_S, MOST_ALIVE_S)
    # Signs of life come a little late, and clocks run at different rates.
    assert MOST_ALIVE_S * 1_000 * 1.2 < LONGEST_MS


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NUMBERS = st.floats() | st.integers() | st.sampled_from([0, -1, 10**9, float("nan"), float("inf"), True])
NAMED = st.dictionaries(st.sampled_from(sorted(SETTABLE)), NUMBERS | st.floats(1, 400), max_size=6)
WHOLE = st.fixed_dictionaries(
    {
        "v": st.just(1) | ANYTHING,
        "station": st.just(STATION) | ANYTHING,
        "version": st.integers(1, 9) | ANYTHING,
        "expires_at": st.just("2027-06-30T00:00:00.000Z") | ANYTHING,
        "values": NAMED | ANYTHING,
    },
    optional={
        "release": st.sampled_from(["1.2.0", "0.1.0.dev3+abc", "..", "1/2", "", "1..2", "../1"]) | ANYTHING,
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "id": st.sampled_from(["00112233445566aa", "00112233445566ab", "x"]),
                    "verb": st.sampled_from([*VERBS, "erase", ""]),
                    "until": st.just("2027-06-30T00:00:00.000Z") | ANYTHING,
                }
            ),
            max_size=3,
        )
        | ANYTHING,
    },
)


@pytest.mark.invariant(36)
@pytest.mark.fault("E3")
@given(NAMED | WHOLE | ANYTHING)
def test_whatever_is_signed_is_settings_in_their_bounds_or_refused_whole(drawn: object) -> None:
    text = json.dumps(
        drawn if isinstance(drawn, dict) and "v" in drawn else json.loads(note(1)) | {"values": drawn}
    )
    try:
        config = Config.of(text)
    except WireError:
        return
    assert set(config.values) <= set(SETTABLE)
    for name, value in config.values.items():
        assert SETTABLE[name].least_s <= value <= SETTABLE[name].most_s
        assert type(value) in {int, float}
    assert config.members() == json.loads(text)
    assert {order.verb for order in config.orders} <= set(VERBS)
    assert config.release is None or not {"/", ".."} & set(re.split(r"[0-9A-Za-z]+", config.release))
    paced = {name: float(value) for name, value in config.values.items() if name not in OF_THE_STATION}
    assert replace(HERE, **paced).linger_s > 0


@pytest.mark.invariant(36)
@pytest.mark.fault("E3")
@pytest.mark.parametrize(
    "value", [0, -1, 0.0, -30.5, 10**9, 10**400, float("nan"), float("inf"), True, "30", None, [30]]
)
@pytest.mark.parametrize("name", sorted(SETTABLE))
def test_no_interval_of_nothing_or_less_or_of_years_is_taken(name: str, value: object) -> None:
    whole = json.loads(note(1)) | {"values": {name: value}}
    with pytest.raises(WireError):
        Config.of(json.dumps(whole))


def test_a_running_agent_is_paced_by_what_central_sets_and_the_next_one_begins_with_it(
    bench: Bench, line: DirectCourier
) -> None:
    watch = Watch(bench, line, poll_s=30.0)
    watch.pass_time(200)
    # What it was told is journalled, and has gone up, before it is counted.
    bench.rules.offer, line.config = Offer(config=3), reply(note(3, {"poll_s": 600}))
    watch.pass_time(200)
    assert watch.pass_time(1_800) == 3
    assert watch.begin(poll_s=30.0).pacing.poll_s == 600
