"""On the wrong network, or with the wrong server, nothing counts as sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_agent.courier import HttpCourier
from sync_agent.exchange import Acked, Later
from tests.fakes.central_rules import STATION, CentralRules
from tests.fakes.central_stub import PROVING_NOTHING, CentralStub, Misbehaviour, serving
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


@pytest.mark.parametrize("how", PROVING_NOTHING, ids=lambda how: how.__qualname__.split(".")[0])
def test_no_epoch_counts_as_registered(folder: Path, stub: CentralStub, how: Misbehaviour) -> None:
    courier = HttpCourier(stub.url, STATION, "0.1.0")
    bench = Bench(folder, courier)
    stub.misbehave(how)
    assert isinstance(bench.exchange.round(), Later)
    assert not bench.memory.peer(bench.epoch).is_registered
    bench.close()
    courier.close()
