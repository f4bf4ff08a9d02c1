"""Refusals a station acts upon: each is proven by the server's own signature, for that request alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from station import chain
from sync_agent import wire
from sync_agent.signing import SignatureError, VerifyKey, open_note
from tests.fakes.intake import SERVER, IntakeBench, problem, proof_of
from tests.fakes.virtual_station import Message


def _gap(bench: IntakeBench) -> Message:
    bench.station.tap()
    return bench.station.message(bench.station.envelope(3, 0))


def _unknown(bench: IntakeBench) -> Message:
    bench.station.epoch += 1
    return bench.station.batch()


def _fork(bench: IntakeBench) -> Message:
    held = replace(bench.station.envelope(2, 0), head=wire.Position(1, bytes(32)))
    return bench.station.message(held)


def _rollback(bench: IntakeBench) -> Message:
    image = bench.station.copy()
    bench.station.tap()
    bench.sync(bench.station)
    return image.message(image.envelope(2, 1))


def _clone(bench: IntakeBench) -> Message:
    bench.station.token = "stale"  # noqa: S105  a ratchet, not a secret
    return bench.station.batch()


def _revoked(bench: IntakeBench) -> Message:
    bench.commission(bench.station, revoked=("st-r101",))
    return bench.station.batch()


_ASKED = {
    "gap": _gap,
    "epoch-unknown": _unknown,
    "fork": _fork,
    "rollback": _rollback,
    "clone": _clone,
    "revoked": _revoked,
}


@pytest.mark.invariant(9)
@pytest.mark.parametrize("name", sorted(wire.PROVEN_REFUSALS))
def test_a_refusal_a_station_acts_upon_is_proven(bench: IntakeBench, name: str) -> None:
    bench.register()
    bench.sync(bench.station)
    message = _ASKED[name](bench)
    known = name != "epoch-unknown"
    held = bench.position(bench.station) if known else wire.Position(0, chain.START)
    answer = bench.post(message)
    assert problem(answer)[0] == name
    assert message.envelope is not None
    assert proof_of(answer) == wire.Refusal(
        station="st-r101",
        epoch=bench.station.epoch,
        nonce=message.envelope.nonce,
        type=name,
        held=held,
        at=bench.clock.now(),
        server="central-1",
        inc="first-life",
        term=1,
    )


def test_a_revoked_stations_registration_is_refused_with_proof(bench: IntakeBench) -> None:
    bench.commission(bench.station, revoked=("st-r101",))
    message = bench.station.registration()
    answer = bench.post(message)
    registration, _, _ = wire.parse_epoch_request(message.body)
    assert (proof_of(answer).type, proof_of(answer).nonce) == ("revoked", registration.nonce)


@pytest.mark.invariant(30)
def test_a_proof_is_by_no_other_key_and_for_no_other_purpose(bench: IntakeBench) -> None:
    bench.register()
    proof = wire.Problem.from_json(409, bench.post(_clone_after_contact(bench)).body).members["proof"]
    other: VerifyKey = bench.station.key.verify_key
    opens: list[Callable[[], object]] = [
        lambda: open_note("refusal", proof, other),
        lambda: open_note("ack", proof, SERVER),
    ]
    for each in opens:
        with pytest.raises(SignatureError):
            each()


def _clone_after_contact(bench: IntakeBench) -> Message:
    bench.sync(bench.station)
    return _clone(bench)
