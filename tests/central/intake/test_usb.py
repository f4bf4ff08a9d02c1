"""What was carried here by hand is taken in as on the line, and the line does not notice."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.store.models import Tap
from central.work.project import project
from station.clock import HandClock
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes import school as schools
from tests.fakes.asgi import Answer
from tests.fakes.data_folder import ACK_KEY, publish_config, rows
from tests.fakes.intake import SERVER, IntakeBench, problem
from tests.fakes.virtual_station import VirtualStation


def carried(station: VirtualStation, first: int = 1, count: int | None = None) -> bytes:
    """Return a file as a station writes it on a stick."""
    envelope = station.envelope(first, len(station.bodies) + 1 - first if count is None else count)
    return station.message(replace(envelope, via=wire.USB, token=None, sync_no=1)).body


def hand_in(bench: IntakeBench, data: bytes) -> Answer:
    return bench.caller.call("POST", wire.USB_PATH, {}, data)


def acked(answer: Answer) -> wire.Ack:
    assert answer.status == 200, answer.body
    return wire.Ack.of(open_note("ack", wire.Answer.from_json(answer.body).ack, SERVER))


def test_a_stick_alone_makes_the_epoch_known_and_brings_all_of_it(bench: IntakeBench) -> None:
    station = bench.station
    station.tap()
    note = json.loads(hand_in(bench, station.registration().body).body)
    assert open_note("epoch", note, SERVER)["epoch"] == station.epoch
    ack = acked(hand_in(bench, carried(station)))
    assert (ack.seq, ack.h) == (station.head.seq, station.head.h)
    assert bench.held(station) == (station.head.seq, station.head.h)


@pytest.mark.invariant(7, 18, 21)
def test_entries_that_came_by_line_and_by_hand_are_held_once_and_the_ratchet_stays(
    bench: IntakeBench,
) -> None:
    station = bench.station
    bench.register()
    station.tap()
    early = carried(station)
    bench.sync(station)
    station.tap()
    bench.sync(station)
    before = rows(bench.config, "SELECT * FROM station_head")
    for _ in range(2):
        assert acked(hand_in(bench, early)).seq == before[0][2]
    assert rows(bench.config, "SELECT * FROM station_head") == before
    station.tap()
    hand_in(bench, carried(station))
    station.tap()
    bench.sync(station)
    assert bench.held(station)[0] == station.acked.seq
    assert bench.count("quarantine") == 0


@pytest.mark.invariant(10)
def test_another_history_on_a_stick_is_kept_apart(bench: IntakeBench) -> None:
    station = bench.station
    bench.register()
    bench.sync(station)
    copy = station.copy()
    station.tap("04000000000001")
    bench.sync(station)
    copy.tap("04000000000002")
    copy.tap("04000000000003")
    held = bench.held(station)
    assert problem(hand_in(bench, carried(copy)))[0] == "fork"
    assert bench.held(station) == held
    assert rows(bench.config, "SELECT reason FROM quarantine") == [("fork",)]


@pytest.mark.invariant(20)
def test_a_retired_stations_stick_is_kept_apart(bench: IntakeBench) -> None:
    bench.register()
    bench.commission(bench.station, revoked=(bench.station.name,))
    answer = hand_in(bench, carried(bench.station))
    assert problem(answer)[0] == "revoked"
    assert open_note("refusal", json.loads(answer.body)["proof"], SERVER)["type"] == "revoked"
    assert rows(bench.config, "SELECT reason FROM quarantine") == [("revoked",)]


def test_a_stick_that_lacks_what_came_before_is_told_so_and_nothing_of_it_kept(bench: IntakeBench) -> None:
    station = bench.station
    station.tap()
    assert problem(hand_in(bench, carried(station)))[0] == "epoch-unknown"
    bench.register()
    assert problem(hand_in(bench, carried(station, 2)))[0] == "gap"
    assert (bench.count("batch"), bench.count("quarantine")) == (0, 0)


def test_what_no_station_signed_is_refused(bench: IntakeBench) -> None:
    bench.register()
    station, stranger = bench.station, VirtualStation("st-r999")
    assert problem(hand_in(bench, carried(stranger)))[0] == "unknown-station"
    assert problem(hand_in(bench, stranger.registration().body))[0] == "unknown-station"
    envelope = replace(station.envelope(1, 1), via=wire.USB, token=None)
    assert problem(hand_in(bench, station.message(envelope, stranger.key).body))[0] == "bad-signature"
    assert problem(hand_in(bench, station.batch().body))[0] == "malformed"
    for data in (b"", b"{}", b"\x1f\x8b", carried(station)[:-9], station.registration().body[:-9]):
        assert problem(hand_in(bench, data))[0] == "malformed"
    assert problem(hand_in(bench, b"\x1f\x8b" + bytes(200_000)))[0] == "too-large"
    assert bench.count("batch") == 0


def test_settings_are_handed_out_like_rosters(bench: IntakeBench) -> None:
    address = wire.CONFIG_PATH.format(station=bench.station.name)
    assert bench.caller.call("GET", address).status == 404
    published = publish_config(bench.config, bench.station.name, 3)
    first = bench.caller.call("GET", address)
    assert (first.status, first.body) == (200, published)
    tag = first.headers["etag"]
    assert bench.caller.call("GET", address, {"If-None-Match": tag}).status == 304
    publish_config(bench.config, bench.station.name, 4)
    assert bench.caller.call("GET", address, {"If-None-Match": tag}).status == 200
    bench.register()
    assert wire.Answer.from_json(bench.post(bench.station.batch()).body).config == 4
    bench.commission(bench.station, revoked=(bench.station.name,))
    assert problem(bench.caller.call("GET", address))[0] == "revoked"
    assert (
        problem(bench.caller.call("GET", wire.CONFIG_PATH.format(station="st-r999")))[0] == "unknown-station"
    )


@pytest.mark.django_db
@pytest.mark.invariant(24)
def test_taps_of_a_station_that_was_never_online_wait_for_a_person_and_are_not_dated(tmp_path: Path) -> None:
    small = schools.build()
    # Nobody ever told its clock the time.
    clock = HandClock(sync_state=0)
    with IntakeBench(tmp_path, [VirtualStation(small.station_101.code, clock=clock)]) as bench:
        bench.station.tap()
        hand_in(bench, bench.station.registration().body)
        assert acked(hand_in(bench, carried(bench.station))).seq == 2
        project(Evidence(bench.config.evidence), ACK_KEY.verify_key)
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on, tap.earliest_at) == ("R", None, None)
    assert tap.latest_at is not None
