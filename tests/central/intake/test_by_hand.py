"""Batches carried here by hand: old, late, in any order and again, and still the same history."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from central.config import PostgresConfig
from sync_agent import wire
from sync_agent.ports import Reply
from sync_agent.signing import open_note
from tests.fakes.central_rules import ACK_KEY, CentralRules
from tests.fakes.intake import IntakeBench, problem
from tests.fakes.virtual_station import Message, VirtualStation

SERVER = ACK_KEY.verify_key


@pytest.fixture
def station() -> VirtualStation:
    station = VirtualStation()
    for n in range(8):
        station.tap(f"04a1b2c3d4e5{n:02x}")
    return station


@pytest.fixture
def rules(station: VirtualStation) -> CentralRules:
    rules = CentralRules(station.key.verify_key)
    assert rules.register(station.registration().body).status == 200
    return rules


def _stick(station: VirtualStation, first: int, count: int) -> bytes:
    envelope = replace(station.envelope(first, count), via=wire.USB, token=None)
    return station.message(envelope).body


def _acked(reply: Reply) -> int:
    assert reply.status == 200, reply.body
    return wire.Ack.of(open_note("ack", wire.Answer.from_json(reply.body).ack, SERVER)).seq


def _refused(reply: Reply) -> str:
    return wire.Problem.from_json(reply.status, reply.body).type


def _by_line(rules: CentralRules, station: VirtualStation) -> wire.Ack:
    return station.take(rules.sync(station.batch(3).body).body, SERVER)


def test_what_a_stick_brings_is_held_and_the_line_goes_on_from_there(
    rules: CentralRules, station: VirtualStation
) -> None:
    _by_line(rules, station)
    held = station.head.seq
    assert _acked(rules.usb(_stick(station, 4, held - 3))) == held
    station.tap()
    # The station knows nothing of the stick: it shows the old ratchet, and sends what is held already.
    assert _by_line(rules, station).seq == held
    assert _by_line(rules, station).seq > held
    assert rules.alarms == []
    assert rules.bodies(station.epoch) == station.bodies[: station.acked.seq]


@pytest.mark.invariant(7, 21)
def test_a_stick_that_comes_again_or_is_older_than_what_is_held_is_acknowledged(
    rules: CentralRules, station: VirtualStation
) -> None:
    old = _stick(station, 1, 4)
    station.tap()
    assert _acked(rules.usb(_stick(station, 1, 10))) == 10
    before = rules.state
    for _ in range(3):
        assert _acked(rules.usb(old)) == 10
    assert rules.state == before
    assert rules.alarms == []


@pytest.mark.invariant(7, 45)
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_sticks_may_come_in_any_order_for_what_is_missing_is_named(
    rules: CentralRules, station: VirtualStation, order: tuple[int, ...]
) -> None:
    sticks = [_stick(station, 1, 3), _stick(station, 4, 3), _stick(station, 6, 4)]
    waiting = [sticks[which] for which in order]
    while waiting:
        stick = waiting.pop(0)
        reply = rules.usb(stick)
        if reply.status != 200:
            assert _refused(reply) == "gap"
            waiting.append(stick)
    assert rules.bodies(station.epoch) == station.bodies
    assert rules.alarms == []


@pytest.mark.invariant(18)
def test_a_request_that_a_stick_has_overtaken_is_no_rollback(
    rules: CentralRules, station: VirtualStation
) -> None:
    _by_line(rules, station)
    # On its way when the line broke: its head is what the journal was then.
    pending = station.batch(2)
    for n in range(5):
        station.tap(f"04b1b2c3d4e5{n:02x}")
    newest = station.head.seq
    assert _acked(rules.usb(_stick(station, 4, newest - 3))) == newest
    assert pending.envelope is not None
    assert pending.envelope.head.seq < newest
    assert station.take(rules.sync(pending.body).body, SERVER).seq == newest
    assert rules.alarms == []
    # But a journal shorter than what the station itself has sent is one, stick or no stick.
    _by_line(rules, station)
    image = station.copy()
    station.tap()
    _by_line(rules, station)
    _by_line(rules, station)
    image.pending = None
    assert _refused(rules.sync(image.batch().body)) == "rollback"


@pytest.mark.invariant(10)
@pytest.mark.fault("C1")
def test_another_history_on_a_stick_is_a_fork_and_is_set_aside(
    rules: CentralRules, station: VirtualStation
) -> None:
    copy = station.copy()
    # Its journal is the longer one, so that nothing but the entries themselves tells of it.
    for value in ("04ffffffffffff", "04dddddddddddd"):
        copy.tap(value)
    station.tap("04eeeeeeeeeeee")
    rules.usb(_stick(station, 1, 10))
    for first, count in ((10, 1), (8, 3), (1, 10)):
        assert _refused(rules.usb(_stick(copy, first, count))) == "fork"
    assert rules.alarms == ["fork"] * 3
    assert rules.bodies(station.epoch) == station.bodies


@pytest.mark.invariant(20)
def test_what_a_revoked_station_hands_in_is_set_aside(rules: CentralRules, station: VirtualStation) -> None:
    rules.is_revoked = True
    assert _refused(rules.usb(_stick(station, 1, 3))) == "revoked"
    rules.is_revoked = False
    assert rules.bodies(station.epoch) == []


def test_a_stick_of_an_epoch_nobody_knows_is_sent_back(rules: CentralRules, station: VirtualStation) -> None:
    station.epoch += 1
    assert _refused(rules.usb(_stick(station, 1, 3))) == "epoch-unknown"


def test_no_ratchet_comes_with_a_stick(rules: CentralRules, station: VirtualStation) -> None:
    _by_line(rules, station)
    token = rules.state.epochs[station.epoch].token
    answer = wire.Answer.from_json(rules.usb(_stick(station, 4, 3)).body)
    assert answer.token == ""
    assert rules.state.epochs[station.epoch].token == token


def test_each_way_takes_only_what_was_made_for_it(tmp_path: Path, store: PostgresConfig | None) -> None:
    with IntakeBench(tmp_path, postgres=store) as bench:
        bench.register()
        station = bench.station
        carried = station.message(replace(station.envelope(1, 1), via=wire.USB, token=None))
        name, members = problem(bench.post(carried))
        assert name == "malformed"
        assert "via=line" in str(members["detail"])
        line = station.batch()
        answer = bench.post(Message(wire.USB_PATH, line.headers, line.body))
        name, members = problem(answer)
        assert name == "malformed"
        assert "via=usb" in str(members["detail"])
        assert bench.count("batch") == 0
