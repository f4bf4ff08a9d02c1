"""Entries carried by hand: the same signed bytes, believed by the same proof, with no harm to the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.tap import Kind, decode
from sync_agent import wire
from sync_agent.errors import MemoryFileError
from sync_agent.standing import Peer
from sync_agent.usb_receipts import Read
from tests.fakes.central_rules import STATION
from tests.fakes.stick import Stick
from tests.fakes.sync_agent import Bench, DirectCourier


@pytest.fixture
def stick(bench: Bench, folder: Path) -> Stick:
    return Stick(folder / "stick", bench)


def test_a_station_that_was_never_online_brings_everything_and_hears_that_it_arrived(stick: Stick) -> None:
    bench = stick.bench
    bench.tap(1_200)
    written = stick.write()
    assert written.entries == 1_201
    assert [reply.status for reply in stick.bring()] == [200] * 4
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert stick.read() == Read(taken=3, known=1)
    assert bench.outbox.backlog().entries == 0
    assert bench.memory.peer(bench.epoch).acked.seq == 1_201


@pytest.mark.invariant(7, 15, 18)
def test_the_line_goes_on_from_where_the_stick_had_come_without_an_alarm(stick: Stick) -> None:
    bench = stick.bench
    bench.tap(5)
    stick.write()
    stick.bring()
    stick.read()
    bench.tap(700)
    bench.settle()
    bench.tap(3)
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


@pytest.mark.invariant(7, 18)
@pytest.mark.parametrize("fault", ["lost request", "lost answer"])
def test_a_request_on_its_way_stays_so_while_the_stick_overtakes_it(
    stick: Stick, line: DirectCourier, fault: str
) -> None:
    bench = stick.bench
    bench.settle()
    bench.tap(5)
    line.faults.append(fault)
    bench.exchange.round()
    assert bench.memory.pending() is not None
    bench.tap(5)
    stick.write()
    stick.bring()
    assert stick.read().taken == 1
    bench.restart_agent()
    bench.tap(2)
    bench.settle()
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


@pytest.mark.invariant(7, 16, 18)
def test_a_stick_that_comes_after_the_same_entries_came_by_line_changes_nothing(stick: Stick) -> None:
    bench = stick.bench
    bench.tap(600)
    stick.write()
    bench.settle()
    bench.tap(4)
    bench.settle()
    before = bench.rules.state.epochs
    for _ in range(2):
        assert {reply.status for reply in stick.bring()} == {200}
    assert bench.rules.state.epochs == before
    assert stick.read().taken == 0
    bench.tap()
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


def test_a_second_stick_holds_what_came_since_and_an_old_one_does_no_harm(stick: Stick, folder: Path) -> None:
    bench = stick.bench
    bench.tap(3)
    stick.write()
    stick.bring()
    stick.read()
    bench.tap(2)
    second = Stick(folder / "second", bench)
    assert second.write().lines == [f"epoch 1 ({bench.epoch}): entries 5 to 6"]
    second.bring()
    assert second.read().taken == 1
    assert stick.read() == Read(known=2)
    assert second.write().entries == 0
    assert second.write(is_all=True).entries == 6


def test_files_are_named_in_the_order_in_which_they_are_wanted(stick: Stick) -> None:
    stick.bench.tap(600)
    first = stick.bench.epoch
    stick.bench.journal.begin_epoch("salvage", stick.bench.clock.reading())
    stick.bench.tap()
    names = stick.write().files
    assert names == sorted(names)
    assert names[:2] == [
        "st-r101-001-0000000000-epoch.rollbook",
        "st-r101-001-0000000001-0000000500.rollbook",
    ]
    stick.bring()
    for epoch in (first, stick.bench.epoch):
        assert stick.bench.rules.bodies(epoch) == stick.bench.bodies(epoch)


def test_a_stick_that_fails_midway_holds_whole_files_alone_and_no_summary(stick: Stick) -> None:
    stick.bench.tap(1_200)
    (stick.folder / "st-r101-001-0000000501-0000001000.rollbook").mkdir()
    with pytest.raises(MemoryFileError, match="cannot be written"):
        stick.write()
    assert [file.name for file in stick.files] == [
        "st-r101-001-0000000000-epoch.rollbook",
        "st-r101-001-0000000001-0000000500.rollbook",
    ]
    assert not list(stick.folder.glob("*.txt"))
    (stick.folder / "st-r101-001-0000000501-0000001000.rollbook").rmdir()
    stick.write()
    assert {reply.status for reply in stick.bring()} == {200}
    assert stick.bench.rules.bodies(stick.bench.epoch) == stick.bench.bodies()


@pytest.mark.invariant(38)
def test_the_summary_can_be_read_by_anybody_and_names_nobody(stick: Stick) -> None:
    stick.bench.tap(3)
    stick.write()
    told = (stick.folder / f"{STATION}-summary.txt").read_text()
    assert f"epoch 1 ({stick.bench.epoch}): entries 1 to 4" in told
    assert "4 entries in 2 files" in told
    for entry in map(decode, stick.bench.bodies()):
        if entry.kind == Kind.TAP and isinstance(entry.payload, list):
            assert str(entry.payload[0]) not in told


@pytest.mark.invariant(20)
def test_a_revoked_stations_stick_is_written_and_kept_apart(stick: Stick) -> None:
    stick.bench.tap(3)
    stick.bench.rules.is_revoked = True
    stick.write()
    assert {reply.status for reply in stick.bring()} == {403}
    assert stick.bench.rules.state.epochs == {}
    assert set(stick.bench.rules.alarms) <= {"revoked"}


@pytest.mark.invariant(10)
def test_a_stick_from_a_copy_of_the_station_is_set_aside_and_the_first_history_stays(
    stick: Stick, folder: Path
) -> None:
    bench = stick.bench
    (folder / "copy").mkdir()
    for file in folder.iterdir():
        if file.is_file():
            (folder / "copy" / file.name).write_bytes(file.read_bytes())
    copy = Bench(folder / "copy", seed=8, rules=bench.rules)
    try:
        bench.tap(3)
        copy.tap(2)
        stick.write()
        other = Stick(folder / "other", copy)
        other.write()
        stick.bring()
        assert [reply.status for reply in other.bring()] == [200, 409]
        assert bench.rules.bodies(bench.epoch) == bench.bodies()
        assert "fork" in bench.rules.alarms
        assert other.read().taken == 0
    finally:
        copy.close()


@pytest.mark.parametrize(
    ("agreed_inc", "carried_seq", "said"),
    [
        (None, 0, "let it talk first"),
        ("inc-1", 1, "1 entries are yet to be carried"),
        ("inc-1", 2, "is carried inside a later one"),
    ],
)
def test_an_epoch_that_parted_is_left_to_the_one_that_carries_it_if_it_does(
    stick: Stick, agreed_inc: str | None, carried_seq: int, said: str
) -> None:
    stick.bench.tap()
    peer = Peer(stick.bench.epoch, parted="clone", agreed_inc=agreed_inc, carried_seq=carried_seq)
    written = stick.write(peers={peer.epoch: peer})
    assert written.files == []
    assert said in written.left[0]


def test_what_cannot_be_chained_to_what_central_holds_is_said(stick: Stick) -> None:
    stick.bench.tap(3)
    peer = Peer(stick.bench.epoch, acked=wire.Position(2, bytes(32)))
    written = stick.write(peers={peer.epoch: peer})
    assert written.files == []
    assert "entry 3 cannot be chained" in written.left[0]


def test_a_batch_of_the_line_is_no_batch_of_a_stick_and_the_reverse(
    stick: Stick, line: DirectCourier
) -> None:
    bench = stick.bench
    bench.tap()
    stick.write()
    message = stick.files[1].read_bytes()
    envelope = wire.unpack(message, 10**6).envelope
    assert (envelope.via, envelope.token, envelope.count) == ("usb", None, 2)
    bench.exchange.round()
    assert bench.rules.sync(message, idempotency_key=envelope.idempotency_key).status == 400
    bench.exchange.round()
    assert bench.rules.usb(line.carried[-1]).status == 400
