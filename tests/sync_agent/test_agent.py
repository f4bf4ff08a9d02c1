"""The agent's turns: when it talks, when it waits, what it leaves in the station's folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from station.roster import FILE_NAME as ROSTER_FILE
from sync_agent.agent import HALTED_S
from sync_agent.exchange import Acked, Again
from sync_agent.ports import Reply
from tests.fakes.central_rules import Refusing, problem
from tests.fakes.sync_agent import Bench, DirectCourier
from tests.fakes.watch import Watch


def always(reply: Reply) -> Callable[[Reply], Reply]:
    return lambda _: reply


def test_a_tap_is_sent_within_the_linger_and_not_only_at_the_poll(watch: Watch) -> None:
    watch.pass_time(5)
    assert watch.pass_time(20) == 0
    watch.bench.tap()
    assert watch.pass_time(2.1) == 1
    assert watch.bench.rules.bodies(watch.bench.epoch) == watch.bench.bodies()[:3]


def test_without_taps_central_is_greeted_once_a_poll_and_no_more(watch: Watch) -> None:
    watch.pass_time(5)
    # Each success brings a beacon into the journal; that alone must not set off the next talk.
    assert watch.pass_time(300) in {9, 10, 11}
    assert watch.bench.reader.head(watch.bench.epoch).seq >= 10


def test_a_backlog_is_sent_without_waiting_between_batches(watch: Watch) -> None:
    watch.bench.rules.max_entries = 20
    watch.bench.tap(200)
    assert watch.pass_time(1) >= 10
    assert len(watch.bench.rules.bodies(watch.bench.epoch)) >= 201


def test_central_says_how_often_unless_the_settings_do(bench: Bench, line: DirectCourier) -> None:
    bench.rules.poll_s = 100
    watch = Watch(bench, line, poll_s=None)
    watch.pass_time(5)
    assert watch.pass_time(1_000) in {9, 10, 11}
    bench.rules.poll_s = 0
    watch.pass_time(200)
    assert watch.pass_time(100) <= 21


@pytest.mark.fault("N1")
@pytest.mark.invariant(13)
def test_failures_are_spread_over_longer_and_longer_times(watch: Watch, line: DirectCourier) -> None:
    watch.pass_time(5)
    line.faults.extend(["lost request"] * 100)
    watch.now += 30
    assert watch.pass_time(300) <= 9
    assert watch.bench.memory.standing().attempt >= 5
    line.faults.clear()
    watch.pass_time(300)
    assert watch.bench.memory.standing().attempt == 0
    assert watch.bench.rules.alarms == []


@pytest.mark.invariant(13)
def test_the_count_of_failures_outlives_the_process(watch: Watch, line: DirectCourier) -> None:
    line.faults.extend(["lost request"] * 100)
    watch.pass_time(120)
    before = watch.bench.memory.standing().attempt
    watch.bench.restart_agent()
    watch.begin()
    watch.pass_time(1)
    assert watch.bench.memory.standing().attempt == before + 1


def test_a_tap_does_not_shorten_the_wait_after_a_failure(watch: Watch, line: DirectCourier) -> None:
    watch.pass_time(5)
    line.faults.append(always(replace(problem("busy"), retry_after_s=40)))
    watch.bench.tap()
    assert watch.pass_time(2.1) == 1
    watch.bench.tap()
    assert watch.pass_time(35) == 0
    assert watch.pass_time(6) >= 1


@pytest.mark.invariant(20)
def test_a_revoked_station_sends_nothing_more_and_goes_on_recording(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    watch.pass_time(5)
    watch.bench.rules.is_revoked = True
    watch.pass_time(31)
    watch.bench.tap(5)
    assert watch.pass_time(4_000) == 0
    assert (watch.status()["state"], watch.status()["halted"]) == ("SPOOL", "revoked")
    assert "sync.halted" in caplog.text
    assert watch.status()["waiting"] >= 5


def test_a_revoked_station_notices_within_hours_that_it_is_in_use_again(watch: Watch) -> None:
    watch.bench.rules.is_revoked = True
    watch.pass_time(5)
    watch.bench.rules.is_revoked = False
    assert watch.pass_time(HALTED_S - 60) == 0
    assert watch.pass_time(120) >= 1
    assert watch.status()["state"] == "IDLE"


def test_after_a_restart_a_halted_agent_tries_once_more(watch: Watch) -> None:
    watch.bench.rules.is_revoked = True
    watch.pass_time(5)
    assert watch.status()["state"] == "SPOOL"
    watch.bench.rules.is_revoked = False
    watch.bench.restart_agent()
    watch.begin()
    assert watch.pass_time(1) >= 1
    assert watch.status()["state"] == "IDLE"
    assert watch.bench.memory.standing().halted is None


def test_offline_the_journal_is_sealed_and_online_it_is_not(watch: Watch, line: DirectCourier) -> None:
    watch.pass_time(5)
    watch.bench.tap(200)
    watch.pass_time(30)
    assert not any(b'"seal"' in body for body in watch.bench.bodies())
    line.faults.extend(["lost request"] * 1_000)
    watch.bench.tap(3)
    watch.pass_time(650)
    assert sum(b'"seal"' in body for body in watch.bench.bodies()) == 1
    watch.bench.tap(64)
    watch.pass_time(61)
    assert sum(b'"seal"' in body for body in watch.bench.bodies()) == 2


def test_each_success_gives_the_journal_a_beacon(watch: Watch) -> None:
    watch.pass_time(100)
    beacons = [json.loads(body) for body in watch.bench.bodies() if b'"beacon"' in body]
    assert len(beacons) >= 3
    for entry in beacons:
        payload = entry[-1]
        assert payload["t1"] <= payload["t4"] <= entry[3]
        assert payload["boot"] == entry[2]


def test_the_roster_offered_is_fetched_after_the_talk(watch: Watch) -> None:
    from tests.sync_agent.test_roster_way import roster

    watch.bench.rules.roster_text = roster(5)
    watch.pass_time(1)
    assert (watch.bench.folder / ROSTER_FILE).read_text() == roster(5)


def test_the_first_talk_waits_for_its_part_of_the_window(bench: Bench, line: DirectCourier) -> None:
    watch = Watch(bench, line, first_s=100.0)
    bench.tap(3)
    assert watch.pass_time(98) == 0
    assert watch.pass_time(5) >= 1


def test_a_server_going_in_circles_is_waited_out(watch: Watch, line: DirectCourier) -> None:
    watch.pass_time(5)

    def forget(_true: Reply) -> Reply:
        return Refusing(watch.bench.epoch)("epoch-unknown", line.nonce)

    line.faults.extend([forget, "none"] * 100)
    watch.bench.tap()
    assert watch.pass_time(10) <= 40
    assert watch.bench.memory.standing().attempt >= 1


def test_talking_again_at_once_is_said_by_the_outcome(watch: Watch) -> None:
    assert isinstance(watch.agent.talk(), Again)
    assert isinstance(watch.agent.talk(), Acked)


def test_a_journal_that_cannot_be_read_is_tried_again(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    watch.pass_time(5)
    journal = watch.bench.folder / "journal.sqlite"
    hidden: Path = journal.with_name("hidden")
    watch.bench.journal.close()
    journal.rename(hidden)
    journal.write_bytes(b"this is no database, and long enough to be taken for one" * 100)
    watch.agent.turn()
    assert "turn.failed" in caplog.text
    journal.unlink()
    hidden.rename(journal)
    watch.bench.journal = watch.bench.open_journal()
    watch.bench.tap()
    watch.pass_time(20)
    assert watch.bench.outbox.backlog().entries <= 2


def test_the_status_tells_how_things_stand(watch: Watch) -> None:
    watch.pass_time(5)
    told = watch.status()
    assert (told["state"], told["clock"]) == ("IDLE", "anchored")
    assert told["epoch"] == watch.bench.epoch
    assert told["last_success_at"].endswith("Z")
    assert told["attempt"] == 0
