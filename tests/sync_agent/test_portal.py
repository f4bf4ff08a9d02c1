"""On the wrong network, or with the wrong server, nothing counts as sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sync_agent.courier import HttpCourier
from sync_agent.exchange import Acked, Later
from sync_agent.ports import Reply
from tests.fakes.central_rules import STATION, CentralRules
from tests.fakes.central_stub import PROVING_NOTHING, Answer, CentralStub, Misbehaviour, serving
from tests.fakes.sync_agent import STATION_KEY, Bench


@pytest.fixture
def stub() -> Iterator[CentralStub]:
    with serving(CentralRules(STATION_KEY.verify_key)) as stub:
        yield stub


@pytest.fixture
def bench(folder: Path, stub: CentralStub) -> Iterator[Bench]:
    courier = HttpCourier(stub.url, STATION, "0.1.0")
    bench = Bench(folder, courier)
    bench.rules = stub.rules
    bench.settle()
    yield bench
    bench.close()
    courier.close()


@pytest.mark.fault("N1", "N4")
@pytest.mark.invariant(9)
@pytest.mark.parametrize("how", PROVING_NOTHING, ids=lambda how: how.__qualname__.split(".")[0])
def test_nothing_is_marked_as_sent(bench: Bench, stub: CentralStub, how: Misbehaviour) -> None:
    bench.tap(2)
    before = bench.memory.peer(bench.epoch)
    stub.misbehave(how)
    outcome = bench.exchange.round()
    assert isinstance(outcome, Later)
    after = bench.memory.peer(bench.epoch)
    assert (after.acked, after.token, after.inc) == (before.acked, before.token, before.inc)
    assert bench.memory.pending() is not None
    assert [seq for seq, _ in bench.memory.receipts(bench.epoch)] == [1]


@pytest.mark.fault("N1", "N4")
@pytest.mark.invariant(7, 9, 15)
@pytest.mark.parametrize("how", PROVING_NOTHING, ids=lambda how: how.__qualname__.split(".")[0])
def test_on_the_right_network_again_everything_arrives_once(
    bench: Bench, stub: CentralStub, how: Misbehaviour
) -> None:
    bench.tap(2)
    stub.misbehave(how, how)
    bench.exchange.round()
    bench.exchange.round()
    assert isinstance(bench.settle(), Acked)
    assert stub.rules.bodies(bench.epoch) == bench.bodies()
    assert stub.rules.alarms == []


@pytest.mark.fault("N4")
@pytest.mark.invariant(9)
@pytest.mark.parametrize("how", PROVING_NOTHING, ids=lambda how: how.__qualname__.split(".")[0])
def test_no_epoch_counts_as_registered(folder: Path, stub: CentralStub, how: Misbehaviour) -> None:
    courier = HttpCourier(stub.url, STATION, "0.1.0")
    bench = Bench(folder, courier)
    stub.misbehave(how)
    assert isinstance(bench.exchange.round(), Later)
    assert not bench.memory.peer(bench.epoch).is_registered
    bench.close()
    courier.close()


def pretty(true: Callable[[], Reply]) -> Answer:
    """Write the true answer anew, as a proxy that checks content does: other spaces, another order."""
    reply = true()
    body = json.dumps(json.loads(reply.body), indent=2, sort_keys=True, ensure_ascii=True)
    return Answer(replace(reply, body=body.encode()))


def rewritten(true: Callable[[], Reply]) -> Answer:
    """Write the signed text anew as well, which says the same in other bytes."""
    reply = true()
    body = json.loads(reply.body)
    body["ack"]["note"] = json.dumps(json.loads(body["ack"]["note"]), sort_keys=True)
    return Answer(replace(reply, body=json.dumps(body).encode()))


@pytest.mark.fault("N6")
@pytest.mark.invariant(9)
def test_a_proxy_may_write_json_anew_but_not_what_is_signed(bench: Bench, stub: CentralStub) -> None:
    bench.tap()
    stub.misbehave(rewritten, pretty)
    assert isinstance(bench.exchange.round(), Later)
    assert bench.memory.peer(bench.epoch).acked.seq == 1
    assert isinstance(bench.exchange.round(), Acked)
    assert bench.memory.peer(bench.epoch).acked.seq == 2


@pytest.mark.fault("N6")
@pytest.mark.invariant(7, 9, 13)
def test_a_proxy_that_answers_from_its_cache_has_sent_nothing(bench: Bench, stub: CentralStub) -> None:
    kept: list[Reply] = []

    def keep(true: Callable[[], Reply]) -> Answer:
        kept.append(true())
        return Answer(kept[-1])

    def cached(_true: Callable[[], Reply]) -> Answer:
        return Answer(kept[-1], {"Age": "3600", "Cache-Control": "public, max-age=86400"})

    bench.tap()
    stub.misbehave(keep, cached, cached)
    assert isinstance(bench.exchange.round(), Acked)
    bench.tap()
    for _ in range(2):
        outcome = bench.exchange.round()
        assert isinstance(outcome, Later)
        # Its Retry-After may have been taken away: the agent's own jitter is what is left.
        assert outcome.retry_after_s is None
    assert isinstance(bench.settle(), Acked)
    assert stub.rules.bodies(bench.epoch) == bench.bodies()
    assert stub.rules.alarms == []
