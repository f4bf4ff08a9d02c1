"""A store that lost what it acknowledged finds it out, and begins a new life."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from central.config import PostgresConfig
from central.intake.mark import EVERY
from sync_agent import wire
from sync_agent.signing import SigningKey, open_note, sign_note
from tests.fakes.data_folder import ACK_KEY, saved, take_away
from tests.fakes.intake import SERVER, IntakeBench, problem, proof_of
from tests.fakes.virtual_station import Message

Spoil: TypeAlias = Callable[[Mapping[str, object], SigningKey], Mapping[str, object]]
"""Makes of what an acknowledgement says, and of the station's key, something that proves nothing."""


def _life(central: IntakeBench) -> tuple[str, int]:
    told = json.loads((central.config.data / "server.json").read_text())
    return told["inc"], told["term"]


def _went_back(central: IntakeBench) -> Mapping[str, object]:
    """Let the evidence go back behind what it acknowledged, told nobody; return that receipt."""
    with central as bench:
        bench.register()
        bench.sync(bench.station)
    restore = saved(central.config)
    with central as bench:
        bench.station.tap()
        answer = bench.post(bench.station.batch())
        bench.station.take(answer.body, SERVER)
    restore()
    (central.config.data / "evidence.mark").unlink()
    return wire.Answer.from_json(answer.body).ack


def _showing(bench: IntakeBench, receipt: Mapping[str, object], first: int = 2) -> Message:
    return bench.station.message(replace(bench.station.envelope(first, 0), receipt=receipt))


@pytest.mark.invariant(14)
@pytest.mark.fault("S2")
def test_a_receipt_for_what_is_gone_begins_a_new_life_and_the_station_fills_it_up(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    receipt = _went_back(central)
    with central as bench:
        bench.station.tap()
        # The store knows nothing of its loss: to it, this is a gap like any other.
        answer = bench.post(bench.station.batch())
        assert (problem(answer)[0], proof_of(answer).inc) == ("gap", "first-life")
        bench.station.pending = None
        acked = bench.post(_showing(bench, receipt))
        ack = wire.Ack.of(open_note("ack", wire.Answer.from_json(acked.body).ack, SERVER))
        assert (ack.seq, ack.term) == (1, 2)
        assert ack.inc not in {"first-life", ""}
        assert _life(central) == (ack.inc, 2)
        bench.station.acked = wire.Position(1, bench.station.hashes[1])
        bench.station.token = wire.Answer.from_json(acked.body).token
        assert bench.sync(bench.station).seq == len(bench.station.bodies) - 1
        assert bench.count("quarantine") == 0
    # And it is still the second life after the next start: nothing was lost since.
    with central as bench:
        assert bench.sync(bench.station).term == 2


def test_the_batch_that_shows_the_receipt_may_bring_entries_with_it(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    receipt = _went_back(central)
    with central as bench:
        whole = bench.station.envelope(2, len(bench.station.bodies) - 1)
        answer = bench.post(bench.station.message(replace(whole, receipt=receipt)))
        assert answer.status == 200
        assert bench.held(bench.station) == (len(bench.station.bodies), bench.station.hashes[-1])


def test_a_refusal_to_whoever_shows_the_receipt_is_of_the_new_life(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    receipt = _went_back(central)
    with central as bench:
        answer = bench.post(_showing(bench, receipt, first=4))
        assert problem(answer)[0] == "gap"
        assert (proof_of(answer).inc, proof_of(answer).term) == _life(central)
        assert proof_of(answer).term == 2


def _with(**changes: object) -> Spoil:
    return lambda ack, _: sign_note("ack", {**ack, **changes}, ACK_KEY)


@pytest.mark.invariant(14)
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_with(inc="zeroth-life"), id="other life"),
        pytest.param(_with(station="st-r102"), id="other station"),
        pytest.param(_with(epoch=1), id="other epoch"),
        pytest.param(_with(seq=1), id="no more than is held"),
        pytest.param(lambda ack, key: sign_note("ack", ack, key), id="by the station itself"),
        pytest.param(lambda ack, _: sign_note("epoch", ack, ACK_KEY), id="for another purpose"),
        pytest.param(lambda _, __: {"note": "{}"}, id="nonsense"),
    ],
)
def test_nothing_but_its_own_receipt_of_this_life_ends_it(
    tmp_path: Path, store: PostgresConfig | None, spoil: Spoil
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    ack = open_note("ack", _went_back(central), SERVER)
    with central as bench:
        bench.post(_showing(bench, spoil(ack, bench.station.key), first=4))
        assert _life(central) == ("first-life", 1)


@pytest.mark.fault("S2")
def test_an_evidence_put_back_by_hand_is_noticed_at_the_start(
    tmp_path: Path, store: PostgresConfig | None, caplog: pytest.LogCaptureFixture
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.sync(bench.station)
    restore = saved(central.config)
    with central as bench:
        for _ in range(EVERY + 1):
            bench.station.tap()
            bench.sync(bench.station)
    restore()
    with central:
        assert "evidence.went-back have_seq=1" in caplog.text
        inc, term = _life(central)
        assert (inc != "first-life", term) == (True, 2)
    with central as bench:
        answer = bench.post(bench.station.batch())
        assert (problem(answer)[0], proof_of(answer).inc) == ("gap", inc)
    with central:
        assert _life(central) == (inc, 2)


@pytest.mark.invariant(18)
@pytest.mark.parametrize("what", ["as it was", "mark cut short", "mark gone"])
def test_a_start_with_nothing_lost_goes_on_with_the_same_life(
    tmp_path: Path, store: PostgresConfig | None, what: str
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    mark = central.config.data / "evidence.mark"
    with central as bench:
        bench.register()
        for _ in range(3):
            bench.station.tap()
            bench.sync(bench.station)
    if what == "mark cut short":
        mark.write_text("")
    elif what == "mark gone":
        mark.unlink()
    with central as bench:
        assert bench.sync(bench.station).inc == "first-life"


def test_an_evidence_that_is_gone_altogether_is_noticed_too(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.sync(bench.station)
    take_away(central.config)
    with central as bench:
        assert _life(central)[1] == 2
        assert problem(bench.post(bench.station.batch()))[0] == "epoch-unknown"


@pytest.mark.invariant(15, 17)
@pytest.mark.fault("S3")
def test_a_late_copy_that_reaches_a_restored_store_first_costs_one_epoch_and_loses_nothing(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.sync(bench.station)
    restore = saved(central.config)
    with central as bench:
        bench.station.tap()
        late = bench.station.batch()
        bench.sync(bench.station)
    restore()
    central.new_life()
    with central as bench:
        station = bench.station
        # Nobody waits for this answer, and the ratchet in it is lost.
        assert bench.post(late).status == 200
        station.tap()
        answer = bench.post(station.batch())
        assert problem(answer)[0] == "clone"
        assert proof_of(answer).held == bench.position(station)
        assert bench.position(station).h == station.hashes[bench.position(station).seq]
        assert bench.count("quarantine") == 1


def test_a_mark_that_cannot_be_written_loses_no_batch(
    tmp_path: Path, store: PostgresConfig | None, caplog: pytest.LogCaptureFixture
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    (central.config.data / "evidence.mark-new").mkdir()
    with central as bench:
        bench.register()
        assert bench.sync(bench.station).seq == 1
        assert "mark.not-written" in caplog.text
        assert bench.sync(bench.station).seq == 2
