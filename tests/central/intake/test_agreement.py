"""How far both ends agree: one question, one signed answer, nothing changed."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from central.config import PostgresConfig
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes.intake import SERVER, IntakeBench, problem, proof_of
from tests.fakes.virtual_station import Message, VirtualStation

NONCE = wire.nonce_text(bytes(16))


def _question(station: VirtualStation, heads: Iterable[wire.Position]) -> Message:
    asked = wire.Digests(station=station.name, epoch=station.epoch, nonce=NONCE, heads=list(heads))
    body = wire.digests_request(asked, station.key.sign)
    headers = {"Content-Type": "application/x-ndjson", "Content-Digest": wire.content_digest(body)}
    return Message(wire.DIGESTS_PATH.format(station=station.name), headers, body)


def _places(station: VirtualStation, *sequences: int) -> list[wire.Position]:
    return [wire.Position(seq, station.hashes[seq]) for seq in sequences]


def _ask(bench: IntakeBench, station: VirtualStation, *sequences: int) -> wire.DigestsNote:
    answer = bench.post(_question(station, _places(station, *sequences)))
    assert answer.status == 200, answer.body
    return wire.DigestsNote.of(open_note("digests", json.loads(answer.body), SERVER))


@pytest.fixture
def parted(bench: IntakeBench) -> VirtualStation:
    """Return a copy that shares seven entries with what central holds, and goes on another way."""
    bench.register()
    for n in range(6):
        bench.station.tap(f"04a1b2c3d4e5{n:02x}")
    copy = bench.station.copy()
    for n in range(5):
        bench.station.tap(f"04b1b2c3d4e5{n:02x}")
        copy.tap(f"04c1b2c3d4e5{n:02x}")
    for _ in range(4):
        bench.sync(bench.station, limit=3)
    return copy


def test_the_last_common_place_is_found_among_those_given(bench: IntakeBench, parted: VirtualStation) -> None:
    note = _ask(bench, parted, *range(1, 13))
    assert note == wire.DigestsNote(
        station="st-r101",
        epoch=parted.epoch,
        nonce=NONCE,
        agreed_seq=7,
        held=bench.position(bench.station),
        at=bench.clock.now(),
        server="central-1",
        inc="first-life",
        term=1,
    )


@pytest.mark.parametrize(
    ("asked", "agreed"), [((3, 9), 3), ((8, 9), 0), ((7,), 7), ((1, 2, 7, 8), 7), ((12,), 0), ((1,), 1)]
)
def test_only_places_that_were_given_are_agreed_upon(
    bench: IntakeBench, parted: VirtualStation, asked: tuple[int, ...], agreed: int
) -> None:
    assert _ask(bench, parted, *asked).agreed_seq == agreed


@pytest.mark.invariant(21)
def test_asking_changes_nothing(bench: IntakeBench, parted: VirtualStation) -> None:
    before = [bench.count(table) for table in ("batch", "epoch", "quarantine", "replay")]
    bench.clock.advance(1_000)
    for _ in range(3):
        _ask(bench, parted, 1, 12)
    assert [bench.count(table) for table in ("batch", "epoch", "quarantine", "replay")] == before
    bench.sync(bench.station)


def test_places_beyond_what_is_held_are_no_contradiction(bench: IntakeBench) -> None:
    bench.register()
    assert _ask(bench, bench.station, 1).agreed_seq == 0
    bench.sync(bench.station)
    for _ in range(3):
        bench.station.tap()
    assert _ask(bench, bench.station, 1, 3, 5).agreed_seq == 1


def test_an_epoch_nobody_knows_and_a_revoked_station_are_refused_with_proof(bench: IntakeBench) -> None:
    message = _question(bench.station, _places(bench.station, 1))
    answer = bench.post(message)
    assert problem(answer) == ("epoch-unknown", {})
    assert (proof_of(answer).nonce, proof_of(answer).held.seq) == (NONCE, 0)
    bench.register()
    bench.sync(bench.station)
    bench.commission(bench.station, revoked=("st-r101",))
    answer = bench.post(message)
    assert problem(answer) == ("revoked", {})
    assert (proof_of(answer).nonce, proof_of(answer).held.seq) == (NONCE, 1)


def test_another_stations_question_is_not_answered(tmp_path: Path, store: PostgresConfig | None) -> None:
    with IntakeBench(tmp_path, [VirtualStation(), VirtualStation("st-r102")], postgres=store) as bench:
        bench.register()
        first, second = bench.stations
        forged = _question(second, _places(second, 1))
        message = Message(wire.DIGESTS_PATH.format(station=first.name), forged.headers, forged.body)
        assert problem(bench.post(message))[0] == "malformed"
        second.key = first.key
        assert problem(bench.post(_question(second, _places(second, 1))))[0] == "bad-signature"
