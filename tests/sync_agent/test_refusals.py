"""What a station does when central refuses: what is proven under its key, about this very request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from sync_agent import wire
from sync_agent.outcome import Acked, Halted, Later, Reenrol
from sync_agent.ports import Reply
from sync_agent.signing import sign_note
from tests.fakes.central_rules import ACK_KEY, STRANGER_KEY, Refusing, problem
from tests.fakes.sync_agent import Bench, DirectCourier

Refuse: TypeAlias = Callable[..., Callable[[Reply], Reply]]


@pytest.fixture
def refuse(bench: Bench, line: DirectCourier) -> Refuse:
    """Return what makes a fault: central refuses the request last sent, with a proof as told."""

    def refusing(name: str, **changes: object) -> Callable[[Reply], Reply]:
        def answer(_true: Reply) -> Reply:
            head = bench.reader.head(bench.epoch)
            told = replace(Refusing(bench.epoch, wire.Position(head.seq, head.h)), **changes)  # type: ignore[arg-type]  # members by name
            return told(name, line.nonce)

        return answer

    return refusing


PROVEN = sorted(wire.PROVEN_REFUSALS)


@pytest.mark.invariant(9)
@pytest.mark.parametrize("name", PROVEN)
def test_a_refusal_without_a_proof_changes_nothing(bench: Bench, line: DirectCourier, name: str) -> None:
    bench.tap(3)
    bench.settle()
    before = bench.memory.peer(bench.epoch)
    line.faults.append(lambda _: problem(name, have_seq=2, have_h="00" * 32))
    assert isinstance(bench.exchange.round(), Later)
    assert bench.memory.pending() is not None
    assert bench.memory.peer(bench.epoch) == replace(before, sync_no=before.sync_no + 1)
    assert isinstance(bench.settle(), Acked)
    assert bench.rules.alarms == []


@pytest.mark.invariant(9)
@pytest.mark.parametrize("name", PROVEN)
@pytest.mark.parametrize("wrong", ["key", "term", "epoch", "nonce", "type", "station", "shape"])
def test_a_proof_of_something_else_changes_nothing(
    bench: Bench, line: DirectCourier, refuse: Refuse, name: str, wrong: str
) -> None:
    bench.tap(3)
    bench.settle()
    held = wire.Position(2, bench.reader.rows(bench.epoch, 1, 1)[0].h)
    changes: dict[str, object] = {"held": held}
    if wrong in {"key", "term", "epoch"}:
        changes[wrong] = {"key": STRANGER_KEY, "term": 0, "epoch": 5}[wrong]

    def change(true: Reply) -> Reply:
        reply = refuse(name, **changes)(true)
        body = json.loads(reply.body)
        note = json.loads(body["proof"]["note"])
        other = {
            "nonce": wire.nonce_text(bytes(16)),
            "type": "gap" if name != "gap" else "clone",
            "station": "st-r102",
        }
        if wrong in other:
            body["proof"] = sign_note("refusal", {**note, wrong: other[wrong]}, ACK_KEY)
        elif wrong == "shape":
            body["proof"] = sign_note("refusal", {"station": note["station"]}, ACK_KEY)
        return replace(reply, body=json.dumps(body).encode())

    line.faults.append(change)
    assert isinstance(bench.exchange.round(), Later)
    assert bench.memory.peer(bench.epoch).acked.seq == 4
    assert bench.memory.peer(bench.epoch).parted is None
    assert bench.memory.pending() is not None


@pytest.mark.parametrize("name", ["fork", "rollback", "clone"])
def test_a_proven_parting_is_kept_and_loses_nothing(
    bench: Bench, line: DirectCourier, refuse: Refuse, name: str
) -> None:
    bench.settle()
    bench.tap(2)
    before = bench.bodies()
    line.faults.append(refuse(name, held=wire.Position(1, bench.reader.rows(bench.epoch, 0, 1)[0].h)))
    assert bench.exchange.round() == Reenrol(name)
    bench.restart_agent()
    peer = bench.memory.peer(bench.epoch)
    assert (peer.parted, peer.agreed_seq, peer.agreed_inc) == (name, 1, "inc-1")
    assert bench.memory.pending() is None
    assert bench.bodies() == before
    sent = len(line.carried)
    assert bench.exchange.round() == Reenrol(name)
    assert len(line.carried) == sent


@pytest.mark.invariant(20)
def test_a_revoked_station_is_silent_and_keeps_everything(
    bench: Bench, line: DirectCourier, refuse: Refuse
) -> None:
    bench.settle()
    bench.tap(2)
    before = bench.bodies()
    line.faults.append(refuse("revoked"))
    assert bench.exchange.round() == Halted("revoked")
    assert bench.memory.pending() is None
    assert bench.bodies() == before
    assert bench.memory.peer(bench.epoch).acked.seq == 1


@pytest.mark.invariant(10)
def test_a_gap_at_which_central_holds_something_else_is_a_fork(
    bench: Bench, line: DirectCourier, refuse: Refuse
) -> None:
    bench.tap(3)
    bench.settle()
    line.faults.append(refuse("gap", held=wire.Position(2, bytes(32))))
    assert bench.exchange.round() == Reenrol("fork")


def test_a_gap_that_is_none_is_not_followed(bench: Bench, line: DirectCourier, refuse: Refuse) -> None:
    bench.tap(3)
    bench.settle()
    line.faults.append(refuse("gap"))
    assert isinstance(bench.exchange.round(), Later)
    assert bench.memory.peer(bench.epoch).acked.seq == 4
