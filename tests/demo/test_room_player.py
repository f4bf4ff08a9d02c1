"""A made-up room plays on when central and its journal have gone apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.work.carried import unpack
from demo.room_player import deliver
from station.inbox import Inbox
from station.tap import Kind, decode
from sync_agent import wire
from sync_agent.ports import Reply
from tests.fakes.central_rules import Refusing
from tests.fakes.sync_agent import Bench, DirectCourier
from tests.fakes.watch import Watch


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_room_whose_epoch_is_parted_begins_another_and_carries_the_rest(bench: Bench) -> None:
    assert isinstance(bench.courier, DirectCourier)
    line, inbox = bench.courier, Inbox(bench.folder / "inbox")

    def take() -> None:
        inbox.take(bench.journal, bench.clock.reading())
        bench.clock.advance(1_000)

    agent = Watch(bench, line).agent
    deliver(agent, take)
    old, head = bench.epoch, bench.journal.head
    bench.tap(40)

    def clone(_true: Reply) -> Reply:
        return Refusing(old, wire.Position(head.seq, head.h))("clone", line.nonce)

    line.faults.append(clone)
    deliver(agent, take)
    assert bench.epoch != old
    # What waits still is the beacon of the last answer.
    assert bench.outbox.backlog().entries == 1
    taps = {body for body in bench.bodies(old) if decode(body).kind == Kind.TAP}
    assert len(taps) == 40
    assert taps <= set(bench.rules.bodies(old)) | _carried(bench)


def _carried(bench: Bench) -> set[bytes]:
    """Return what central has of entries that came in inside others."""
    entries = [decode(body) for body in bench.rules.bodies(bench.epoch)]
    return {found.body for entry in entries if (found := unpack(entry.payload)) is not None}
