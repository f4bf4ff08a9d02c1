"""The agent's states and pace: through refusals, outages, steps of the clock and years that never were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync_agent import wire
from sync_agent.outcome import Again
from sync_agent.ports import Reply
from sync_agent.state import State
from tests.fakes.boards import arrived
from tests.fakes.central_rules import Refusing, problem
from tests.fakes.sync_agent import DirectCourier
from tests.fakes.watch import Watch


@pytest.mark.fault("N7")
@pytest.mark.invariant(13, 15)
@pytest.mark.parametrize(
    ("reply", "asked_s"),
    [
        (problem("busy"), None),
        (problem("busy"), 1e9),
        (problem("too-large", max_entries=1, max_bytes=1), None),
        (Reply(413, "text/html", b"<html>Request Entity Too Large</html>"), 40.0),
        (Reply(429, "text/plain", b""), 0.0),
    ],
)
def test_whatever_central_is_too_busy_for_the_agent_never_gives_up(
    watch: Watch, line: DirectCourier, reply: Reply, asked_s: float | None
) -> None:
    watch.pass_time(5)
    line.faults.extend([replace(reply, retry_after_s=asked_s)] * 1_000)
    watch.bench.tap(3)
    for _ in range(3):
        # However much was asked, an hour brings an attempt.
        assert watch.pass_time(3_700) >= 1
    assert watch.status()["state"] == "OFFLINE"
    line.faults.clear()
    while watch.status()["state"] != "IDLE":
        watch.pass_time(60)
    assert len(watch.bench.rules.bodies(watch.bench.epoch)) >= 5
    assert watch.bench.rules.alarms == []


@pytest.mark.invariant(13)
def test_after_two_minutes_of_silence_each_attempt_waits_its_part_of_the_window(
    watch: Watch, line: DirectCourier
) -> None:
    watch.bench.rules.reconnect_window_s = 200
    watch.pass_time(5)
    line.faults.extend(["lost request"] * 3)
    watch.now += 30
    watch.agent.turn()
    assert watch.agent.turn() <= 4.0
    watch.now += 200
    watch.agent.turn()
    # Half of the second bound, and half of the window.
    assert watch.pass_time(4.0 + 100.0 - 1.0) == 0
    assert watch.pass_time(2.0) == 1


def test_an_agent_says_in_which_state_it_is(watch: Watch, line: DirectCourier) -> None:
    seen = []
    line.faults.extend(["lost request", "wrong date", "none", "none"])
    for _ in range(4):
        watch.agent.talk()
        seen.append(watch.agent.state)
    assert seen == [State.OFFLINE, State.TIME_BOOTSTRAP, State.HELLO, State.IDLE]
    watch.bench.rules.max_entries = 2
    watch.bench.tap(9)
    while watch.agent.state != State.DRAIN:
        watch.agent.talk()
    watch.pass_time(5)
    assert watch.status()["state"] == "IDLE"


@pytest.mark.invariant(15, 17)
def test_a_refused_agent_has_the_station_begin_a_new_epoch_and_goes_on(
    watch: Watch, line: DirectCourier
) -> None:
    watch.pass_time(5)
    watch.bench.tap(2)
    old = watch.bench.epoch
    head = watch.bench.reader.head(old)

    def clone(_true: Reply) -> Reply:
        return Refusing(old, wire.Position(head.seq - 2, bytes(32)))("clone", line.nonce)

    line.faults.append(clone)
    watch.agent.turn()
    watch.now += 3
    # Central says how far both agree; from then on the station is waited for.
    watch.agent.turn()
    watch.agent.turn()
    assert watch.status()["state"] == "REENROL"
    watch.pass_time(60)
    assert watch.bench.epoch != old
    assert watch.status()["state"] == "IDLE"
    taps = [body for body in watch.bench.bodies(old) if b'"tap"' in body]
    assert set(taps) <= set(arrived(watch.bench.rules))


@pytest.mark.fault("T4")
@pytest.mark.invariant(27)
@pytest.mark.parametrize("hours", [-2, 2, -70 * 24, 70 * 24, 56 * 365 * 24])
def test_a_wall_clock_that_steps_while_draining_changes_no_cadence(watch: Watch, hours: int) -> None:
    watch.bench.rules.max_entries = 20
    watch.bench.tap(50)
    watch.agent.turn()
    watch.bench.clock.wall_ms = max(0, watch.bench.clock.wall_ms + hours * 3_600_000)
    watch.bench.tap(50)
    watch.pass_time(2)
    assert len(watch.bench.rules.bodies(watch.bench.epoch)) >= 101
    assert watch.pass_time(300) in {9, 10, 11}


@pytest.mark.fault("T3")
@pytest.mark.invariant(27, 28)
@pytest.mark.parametrize("year", [1970, 2016, 2031, 2038, 2100])
def test_a_station_of_any_year_is_heard_and_kept_pace_with(watch: Watch, year: int) -> None:
    watch.bench.clock.wall_ms = (year - 1970) * 31_557_600_000
    assert watch.agent.talk() == Again("registered")
    watch.bench.tap(3)
    assert watch.pass_time(300) in {10, 11, 12}
    assert watch.status()["clock"] == "anchored"
    assert len(watch.bench.rules.bodies(watch.bench.epoch)) >= 4


def test_a_clock_below_what_central_has_proven_is_called_unknown(watch: Watch) -> None:
    watch.pass_time(5)
    watch.bench.clock.reboot()
    watch.bench.clock.wall_ms = 86_400_000
    watch.agent.turn()
    assert watch.status()["clock"] == "unknown"
    watch.bench.clock.wall_ms = watch.bench.rules.now_ms() + 1_000
    watch.agent.turn()
    assert watch.status()["clock"] == "soft"
