"""What is kept of a batch, and what its station is told."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.config import PostgresConfig
from station import chain
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes.data_folder import publish_roster, rows
from tests.fakes.intake import SERVER, IntakeBench
from tests.fakes.virtual_station import VirtualStation


def test_a_batch_is_kept_as_the_very_bytes_that_were_sent(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    message = bench.station.batch()
    answer = bench.post(message)
    query = "SELECT station, epoch, first_seq, last_seq, last_h, received_ms, bytes, answer FROM batch"
    assert rows(bench.config, query) == [
        (
            "st-r101",
            bench.station.epoch,
            1,
            2,
            bench.station.head.h,
            bench.clock.wall_ms,
            message.body,
            answer.body,
        )
    ]


def test_the_acknowledgement_names_the_head_the_store_and_the_time(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    head = bench.station.head
    ack = bench.sync(bench.station)
    at = datetime.fromtimestamp(bench.clock.wall_ms / 1000, UTC)
    assert ack == wire.Ack(
        station="st-r101",
        epoch=bench.station.epoch,
        seq=2,
        h=head.h,
        safe_seq=0,
        at=at,
        server="central-1",
        inc="first-life",
        term=1,
    )


def test_the_beacon_binds_the_nonce_and_the_station_head_to_the_time_of_receipt(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    message = bench.station.batch()
    assert message.envelope is not None
    opened = wire.Answer.from_json(bench.post(message).body)
    beacon = wire.Beacon.of(open_note("beacon", opened.beacon, SERVER))
    assert (beacon.nonce, beacon.head) == (message.envelope.nonce, bench.station.head.h)
    assert beacon.t2_ms == beacon.t3_ms == bench.clock.wall_ms
    assert beacon.eps_ms > 0


def test_a_clock_set_back_while_answering_never_sends_an_answer_before_its_question(
    bench: IntakeBench,
) -> None:
    bench.register()
    bench.tokens = _setting_back(bench)
    opened = wire.Answer.from_json(bench.post(bench.station.batch()).body)
    beacon = wire.Beacon.of(open_note("beacon", opened.beacon, SERVER))
    assert beacon.t3_ms >= beacon.t2_ms


def _setting_back(bench: IntakeBench) -> Iterator[str]:
    bench.clock.wall_ms -= 60_000
    yield "token"


def test_a_heartbeat_is_acknowledged_and_leaves_no_batch(bench: IntakeBench) -> None:
    bench.register()
    bench.sync(bench.station)
    bench.station.bodies.pop()
    bench.station.hashes.pop()
    assert bench.sync(bench.station).seq == 1
    assert bench.count("batch") == 1


def test_batches_follow_one_another_without_gap_or_overlap(bench: IntakeBench) -> None:
    bench.register()
    for n in range(7):
        bench.station.tap(f"04a1b2c3d4e5{n:02x}")
    for _ in range(3):
        bench.sync(bench.station, limit=3)
    assert rows(bench.config, "SELECT first_seq, last_seq FROM batch ORDER BY srv_seq") == [
        (1, 3),
        (4, 6),
        (7, 9),
    ]


@pytest.mark.invariant(11, 12)
@pytest.mark.fault("S5")
def test_an_entry_of_a_kind_nobody_knows_yet_is_kept_like_any_other(bench: IntakeBench) -> None:
    bench.register()
    bench.station.append("hologram", {"of": [1, 2, 3]})
    bench.station.bodies.append(b"not even JSON")
    bench.station.hashes.append(_link(bench.station))
    assert bench.sync(bench.station).seq == 3
    ((data,),) = rows(bench.config, "SELECT bytes FROM batch")
    assert isinstance(data, bytes)
    assert b"\nnot even JSON\n" in gzip.decompress(data)


@pytest.mark.invariant(28)
@pytest.mark.parametrize("wall_ms", [0, 2**31 * 1000, 4_102_444_800_000], ids=["1970", "2038", "2100"])
def test_whatever_a_stations_clock_claims_its_entries_are_taken(bench: IntakeBench, wall_ms: int) -> None:
    bench.register()
    bench.station.clock.set_wall(wall_ms)
    bench.station.tap()
    assert bench.sync(bench.station).seq == 2


def test_the_answer_says_how_much_and_how_often_to_send_and_which_roster_there_is(bench: IntakeBench) -> None:
    bench.register()
    publish_roster(bench.config, "st-r101", 7)
    opened = wire.Answer.from_json(bench.post(bench.station.batch()).body)
    assert opened.roster == 7
    assert (opened.pace.max_entries, opened.pace.max_bytes) == (500, 65_536)
    assert opened.pace.poll_s == 30
    assert opened.pace.reconnect_window_s >= 1


def test_without_a_published_roster_none_is_offered(bench: IntakeBench) -> None:
    bench.register()
    assert wire.Answer.from_json(bench.post(bench.station.batch()).body).roster is None


def test_a_full_batch_of_the_largest_allowed_size_is_taken(bench: IntakeBench) -> None:
    bench.register()
    while len(bench.station.bodies) < wire.MAX_ENTRIES:
        bench.station.tap(f"04{len(bench.station.bodies):012x}")
    spare = wire.MAX_BODY_BYTES - sum(map(len, bench.station.bodies[:-1]))
    last = bench.station.bodies[-1]
    bench.station.bodies[-1] = last[:-1] + b" " * (spare - len(last)) + b"]"
    bench.station.hashes.pop()
    bench.station.hashes.append(_link(bench.station))
    assert sum(map(len, bench.station.bodies)) == wire.MAX_BODY_BYTES
    assert bench.sync(bench.station).seq == wire.MAX_ENTRIES


def test_one_of_several_digests_is_enough(bench: IntakeBench) -> None:
    bench.register()
    message = bench.station.batch()
    answer = bench.post(message, content_digest=f"md5=:AAAA:, {message.headers['Content-Digest']}")
    assert answer.status == 200


@pytest.mark.invariant(19)
def test_two_stations_may_use_the_same_epoch_number(tmp_path: Path, store: PostgresConfig | None) -> None:
    first, second = stations = [VirtualStation("st-r101"), VirtualStation("st-r102")]
    second.epoch = first.epoch
    with IntakeBench(tmp_path, stations, postgres=store) as bench:
        bench.register()
        assert bench.sync(first).h != bench.sync(second).h


def test_what_is_held_goes_on_after_a_restart(tmp_path: Path, store: PostgresConfig | None) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.sync(bench.station)
    with central as bench:
        bench.station.tap()
        assert bench.sync(bench.station).seq == 3
        assert bench.count("batch") == 2


def test_a_key_that_replaces_another_is_believed_as_soon_as_it_is_published(bench: IntakeBench) -> None:
    bench.register()
    stranger = VirtualStation("st-r102")
    message = bench.station.message(bench.station.envelope(1, 1), key=stranger.key)
    assert bench.post(message).status == 422
    bench.station.key = stranger.key
    bench.commission(bench.station)
    assert bench.post(message).status == 200


def _link(station: VirtualStation) -> bytes:
    return chain.link(station.hashes[-1], station.bodies[-1])
