"""After a journal was salvaged: what stands behind a hole reaches central all the same."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station import chain
from station.inbox import Inbox as StationInbox
from station.tap import Entry, Json, Kind, decode
from sync_agent.beacon import Inbox
from sync_agent.carry import AT_ONCE, Carrier
from sync_agent.exchange import Acked
from tests.fakes.sync_agent import Bench

LOST = (4, 6)
"""The sequences that went with a page of the disk."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def salvage(bench: Bench, lost: tuple[int, int] = LOST) -> int:
    """Leave the journal as a salvage does: a hole in the old epoch, declared in a new one."""
    old, (first, last) = bench.journal.head, lost
    bench.journal.begin_epoch("salvage", bench.clock.reading(), lambda: bench.dice.randrange(1, 2**63))
    kept = [[1, first - 1], [last + 1, old.seq]]
    payload: Json = {"epoch": old.epoch, "kept": kept, "missing": [[first, last]], "tail": "unknown"}
    bench.note([(Kind.SALVAGE, payload)])
    with closing(sqlite3.connect(bench.folder / "journal.sqlite")) as db, db:
        db.execute("DROP TRIGGER IF EXISTS entry_is_never_deleted")
        db.execute("DELETE FROM entry WHERE epoch = ? AND seq BETWEEN ? AND ?", (old.epoch, first, last))
    return old.epoch


def carrier_of(bench: Bench) -> Carrier:
    return Carrier(bench.reader, bench.outbox, bench.memory, Inbox(bench.folder))


def carry_all(bench: Bench, carrier: Carrier) -> None:
    """Let agent and station hand everything over, each turn about."""
    station = StationInbox(bench.folder / "inbox")
    while carrier.carry(bench.clock.reading()):
        bench.clock.advance(1_000)
        station.take(bench.journal, bench.clock.reading())


def carried(bench: Bench) -> list[Entry]:
    return [entry for entry in map(decode, bench.bodies()) if entry.kind == Kind.CARRY]


def behind(bench: Bench, epoch: int) -> list[bytes]:
    return [row.body for row in bench.reader.rows(epoch, LOST[1])]


def bodies_of(entries: list[Entry]) -> list[bytes]:
    payloads = [entry.payload for entry in entries]
    return [base64.b64decode(str(payload["body"])) for payload in payloads if isinstance(payload, dict)]


@pytest.mark.fault("D3")
@pytest.mark.invariant(4, 15)
def test_central_gets_what_stands_before_the_hole_and_behind_it(bench: Bench) -> None:
    bench.tap(2 * AT_ONCE + 9)
    old = salvage(bench)
    bench.settle()
    assert len(bench.rules.bodies(old)) == LOST[0] - 1
    carry_all(bench, carrier_of(bench))
    outcome = bench.settle()
    assert isinstance(outcome, Acked)
    assert bodies_of(carried(bench)) == behind(bench, old)
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


def test_a_carried_entry_keeps_the_hash_that_proves_its_neighbour(bench: Bench) -> None:
    bench.tap(12)
    salvage(bench)
    bench.settle()
    carry_all(bench, carrier_of(bench))
    payloads = [entry.payload for entry in carried(bench)]
    rows = [payload for payload in payloads if isinstance(payload, dict)]
    head = bytes.fromhex(str(rows[0]["h"]))
    for row in rows[1:]:
        head = chain.link(head, base64.b64decode(str(row["body"])))
        assert head.hex() == row["h"]


def test_a_hole_in_what_central_has_already_stops_nothing(bench: Bench) -> None:
    bench.tap(12)
    bench.settle()
    old = salvage(bench)
    assert bench.outbox.epochs_to_carry() == []
    carry_all(bench, carrier_of(bench))
    assert carried(bench) == []
    bench.settle()
    assert len(bench.rules.bodies(old)) == 13


def test_nothing_is_laid_down_while_the_station_has_yet_to_take_what_lies_there(bench: Bench) -> None:
    bench.tap(2 * AT_ONCE + 9)
    salvage(bench)
    bench.settle()
    carrier = carrier_of(bench)
    assert carrier.carry(bench.clock.reading()) == AT_ONCE
    assert carrier.carry(bench.clock.reading()) == 0


@pytest.mark.invariant(15)
def test_what_a_power_cut_took_out_of_the_inbox_is_laid_down_again(bench: Bench) -> None:
    bench.tap(12)
    old = salvage(bench)
    bench.settle()
    carrier_of(bench).carry(bench.clock.reading())
    for file in (bench.folder / "inbox").iterdir():
        file.unlink()
    bench.restart_agent()
    carry_all(bench, carrier_of(bench))
    assert bodies_of(carried(bench)) == behind(bench, old)


@pytest.mark.invariant(16)
def test_what_is_carried_is_not_carried_again_by_the_next_process(bench: Bench) -> None:
    bench.tap(12)
    old = salvage(bench)
    bench.settle()
    carry_all(bench, carrier_of(bench))
    bench.restart_agent()
    assert carrier_of(bench).carry(bench.clock.reading()) == 0
    assert bench.memory.peer(old).carried_seq == bench.reader.head(old).seq
    assert bench.outbox.backlog().entries > 0
    bench.settle()
    assert bench.outbox.backlog().entries == 0


@pytest.mark.fault("D3")
@pytest.mark.invariant(15)
def test_what_was_carried_and_then_lost_with_the_disk_is_carried_once_more(bench: Bench) -> None:
    bench.tap(12)
    old = salvage(bench)
    bench.settle()
    carry_all(bench, carrier_of(bench))
    salvage(bench, (4, bench.journal.head.seq - 1))
    bench.restart_agent()
    bench.settle()
    carry_all(bench, carrier_of(bench))
    bench.settle()
    at_central = [decode(body) for epoch in bench.reader.epochs() for body in bench.rules.bodies(epoch)]
    assert set(bodies_of([entry for entry in at_central if entry.kind == Kind.CARRY])) == set(
        behind(bench, old)
    )


@pytest.mark.fault("D3")
def test_an_agent_that_sees_the_next_epoch_begin_looks_for_what_it_carried(bench: Bench) -> None:
    bench.tap(12)
    old = salvage(bench)
    bench.settle()
    carrier = carrier_of(bench)
    carry_all(bench, carrier)
    salvage(bench, (4, bench.journal.head.seq - 1))
    bench.settle()
    carry_all(bench, carrier)
    held = [payload["body"] for payload in bench.reader.carried() if isinstance(payload, dict)]
    assert {base64.b64decode(str(body)) for body in held} == set(behind(bench, old))
