"""The exchange with a central that keeps its rules, over a line that does not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from station import chain
from station.boot import UNNUMBERED
from station.tap import Entry, Kind, encode
from sync_agent import wire
from sync_agent.exchange import Acked, Again, Halted, Later
from sync_agent.ports import Reply
from tests.fakes.central_rules import problem
from tests.fakes.sync_agent import Bench, DirectCourier


@pytest.mark.invariant(15)
def test_everything_the_journal_holds_reaches_central(bench: Bench) -> None:
    bench.tap(3)
    assert bench.exchange.round() == Again("registered")
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert (outcome.epoch, outcome.seq, outcome.more) == (bench.epoch, 4, False)
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert not bench.outbox.has_news()


def test_without_a_journal_nothing_is_said(bench: Bench) -> None:
    bench.journal.close()
    (bench.folder / "journal.sqlite").rename(bench.folder / "elsewhere")
    assert bench.exchange.round() == Later("there is no journal yet")


@pytest.mark.fault("N7")
def test_more_than_one_batch_goes_in_several_and_says_so(bench: Bench) -> None:
    bench.rules.max_entries = 3
    bench.tap(7)
    seen = []
    while not (isinstance(outcome := bench.exchange.round(), Acked) and not outcome.more):
        seen.append(outcome)
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert any(isinstance(outcome, Again) and outcome.reason == "too-large" for outcome in seen)
    assert sum(isinstance(outcome, Acked) for outcome in seen) >= 2


def test_a_batch_stays_within_the_bytes_allowed(bench: Bench, line: DirectCourier) -> None:
    bench.rules.max_bytes = 400
    bench.tap(9)
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    sizes = [sum(map(len, wire.unpack(message, 10**6).bodies)) for message in line.carried]
    assert len([size for size in sizes if 0 < size <= 400]) >= 3


@pytest.mark.fault("N1", "N2")
@pytest.mark.invariant(7, 18, 21)
def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    bench.tap()
    line.faults.extend(["lost answer"] * 50)
    for _ in range(50):
        assert isinstance(bench.exchange.round(), Later)
        bench.tap()
    bench.restart_agent()
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []
    assert len(set(line.carried[1:52])) == 1


@pytest.mark.fault("N2", "N7")
@pytest.mark.invariant(18)
@pytest.mark.parametrize("why", ["too-large", "idempotency-mismatch", "a middlebox"])
def test_a_request_whose_answer_was_lost_is_not_made_anew_because_of_one_unproven_no(
    bench: Bench, line: DirectCourier, why: str
) -> None:
    bench.settle()
    bench.tap(6)
    no = Reply(413, "text/html", b"") if why == "a middlebox" else problem(why)
    line.faults.extend(["lost answer", no])
    for _ in range(2):
        assert isinstance(bench.exchange.round(), Later)
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


@pytest.mark.fault("N1")
@pytest.mark.invariant(7)
def test_a_request_is_kept_before_it_is_sent(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    line.faults.append("lost request")
    bench.exchange.round()
    pending = bench.memory.pending()
    assert pending is not None
    assert pending.message == line.carried[-1]


@pytest.mark.invariant(18)
def test_the_ratchet_goes_on_with_every_acknowledgement(bench: Bench) -> None:
    tokens = []
    for _ in range(3):
        bench.settle()
        tokens.append(bench.memory.peer(bench.epoch).token)
    assert len(set(tokens)) == 3
    assert bench.rules.alarms == []


@pytest.mark.fault("S2")
@pytest.mark.invariant(14, 18)
def test_a_server_that_lost_entries_gets_them_again(bench: Bench) -> None:
    bench.tap(2)
    bench.settle()
    backup = bench.rules.backup()
    bench.tap(5)
    bench.settle()
    bench.rules.restore(backup)
    assert bench.exchange.round() == Again("gap")
    assert bench.memory.peer(bench.epoch).acked.seq == 3
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


@pytest.mark.fault("S2")
@pytest.mark.invariant(14, 18)
def test_a_server_that_lost_the_whole_epoch_gets_it_again(bench: Bench) -> None:
    empty = bench.rules.backup()
    bench.tap(5)
    bench.settle()
    bench.rules.restore(empty)
    assert bench.exchange.round() == Again("epoch-unknown")
    assert bench.exchange.round() == Again("registered")
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


@pytest.mark.fault("S2")
@pytest.mark.invariant(14, 15)
def test_after_a_new_life_of_the_server_every_epoch_is_spoken_of_again(bench: Bench) -> None:
    bench.tap(2)
    empty = bench.rules.backup()
    bench.settle()
    first = bench.epoch
    bench.journal.close()
    add_epoch(bench)
    bench.settle()
    assert len(bench.rules.state.epochs) == 2
    bench.rules.restore(empty)
    bench.settle()
    assert bench.rules.bodies(first) == bench.bodies(first)
    assert all(held.token_inc == bench.rules.inc for held in bench.rules.state.epochs.values())


def add_epoch(bench: Bench) -> None:
    """Write a second epoch into the journal, as a later release of the station does."""
    body = encode(Entry(1, Kind.GENESIS, bench.clock.reading(), {"reason": "recovered"}))
    h = chain.link(chain.START, body)
    with closing(sqlite3.connect(bench.folder / "journal.sqlite")) as db, db:
        db.execute("INSERT INTO epoch (epoch, genesis, opened_boot) VALUES (77, ?, 1)", (h,))
        db.execute("INSERT INTO entry (epoch, seq, body, h) VALUES (77, 1, ?, ?)", (body, h))


@pytest.mark.fault("N7")
@pytest.mark.invariant(13)
def test_one_entry_too_large_is_tried_again_and_again(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    bench.tap()
    line.faults.extend([lambda _: problem("too-large", max_entries=1, max_bytes=1)] * 3)
    assert bench.exchange.round() == Again("too-large")
    assert isinstance(bench.exchange.round(), Later)
    assert isinstance(bench.exchange.round(), Later)


def test_a_damaged_journal_gives_its_sound_part_and_then_halts(bench: Bench) -> None:
    bench.tap(4)
    bench.journal.close()
    with closing(sqlite3.connect(bench.folder / "journal.sqlite")) as db, db:
        db.execute("DROP TRIGGER entry_is_never_changed")
        db.execute(
            "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'nfc', 'nfd') AS BLOB) WHERE seq = 4"
        )
    assert bench.settle() == Halted("journal-damaged")
    assert len(bench.rules.bodies(bench.epoch)) == 3
    assert bench.rules.alarms == []


def test_an_answer_bounds_the_clock_of_the_boot_that_asked(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    asked = bench.clock.raw_ms
    line.faults.append("lost answer")
    bench.exchange.round()
    bench.clock.advance(5_000)
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert outcome.beacon is not None
    assert (outcome.beacon["t1"], outcome.beacon["t4"]) == (asked, asked + 5_000)


def test_an_answer_to_a_question_of_an_earlier_boot_bounds_nothing(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    line.faults.append("lost answer")
    bench.exchange.round()
    bench.clock.reboot()
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert outcome.beacon is None


def test_an_answer_in_a_boot_the_station_has_not_numbered_bounds_nothing(bench: Bench) -> None:
    bench.settle()
    bench.clock.boot = UNNUMBERED
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert outcome.beacon is None


def test_one_receipt_a_day_is_kept_and_always_the_newest(bench: Bench) -> None:
    day_ms = 86_400_000
    start_ms = bench.rules.now_ms()
    for day in range(3):
        bench.rules.now_ms = lambda day=day: start_ms + day * day_ms  # type: ignore[misc]  # bound per day
        for _ in range(2):
            bench.tap()
            bench.settle()
    assert [seq for seq, _ in bench.memory.receipts(bench.epoch)] == [3, 5, 7]


def test_a_receipt_of_what_the_server_lost_is_kept(bench: Bench) -> None:
    bench.settle()
    backup = bench.rules.backup()
    bench.tap(5)
    bench.settle()
    bench.rules.restore(backup)
    bench.rules.max_entries = 2
    bench.settle()
    incs = {json.loads(json.loads(note)["note"])["inc"] for _, note in bench.memory.receipts(bench.epoch)}
    assert incs == {"inc-1", "inc-2"}


@pytest.mark.fault("D5")
@pytest.mark.invariant(17, 19)
def test_a_journal_replaced_while_a_request_was_away_still_proves_that_request(
    bench: Bench, line: DirectCourier
) -> None:
    bench.settle()
    bench.tap()
    old = bench.epoch
    line.faults.append("lost answer")
    bench.exchange.round()
    bench.journal.close()
    for file in bench.folder.glob("journal.sqlite*"):
        file.unlink()
    bench.journal = bench.open_journal()
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert (outcome.epoch, outcome.seq) == (old, 2)
    bench.settle()
    assert old != bench.epoch
    assert len(bench.rules.bodies(old)) == 2
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


def test_what_the_agent_had_journalled_is_no_news(bench: Bench) -> None:
    bench.settle()
    bench.note([(Kind.BEACON, {}), (Kind.SEAL, {})])
    assert not bench.outbox.has_news()
    bench.tap()
    assert bench.outbox.has_news()
    assert bench.outbox.backlog().entries == 3
