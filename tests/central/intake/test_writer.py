"""The one writer: groups, failures, and that no answer leaves before its commit."""

import json
import sqlite3
from concurrent.futures import Future
from pathlib import Path

import pytest

from central.intake.admission import Lane
from central.intake.evidence import Evidence
from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.reply import Reply
from central.intake.schema import open_file
from central.intake.writer import GROUP, Judge, Writer
from sync_agent import wire
from tests.fakes.gated_evidence import PATIENCE_S, Gate, GatedEvidence, gated
from tests.fakes.intake import SERVER, IntakeBench
from tests.fakes.requests_kept import OK, done, keep, kept, writing
from tests.fakes.virtual_station import VirtualStation


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.sqlite"


@pytest.mark.invariant(8)
def test_no_answer_leaves_before_its_commit_returned(path: Path) -> None:
    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        reply = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        assert not reply.done()
        gate.open()
        assert done(reply) == [200]
        assert kept(path) == ["a"]


def test_requests_that_wait_share_one_commit_and_keep_their_order(path: Path) -> None:
    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("00"))
        gate.wait_for_a_commit()
        others = [writer.submit(keep(f"{n:02}")) for n in range(1, 30)]
        gate.open()
        assert done(first, *others) == [200] * 30
        assert gate.commits == 2
        assert kept(path) == [f"{n:02}" for n in range(30)]


def test_a_group_has_an_end_so_that_its_first_request_is_not_kept_waiting(path: Path) -> None:
    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("first"))
        gate.wait_for_a_commit()
        others = [writer.submit(keep(str(n))) for n in range(GROUP + 1)]
        gate.open()
        assert done(first, *others) == [200] * (GROUP + 2)
        assert gate.commits == 3


@pytest.mark.invariant(8)
def test_a_commit_that_fails_fails_its_whole_group_and_keeps_nothing_of_it(path: Path) -> None:
    gate = Gate()
    with writing(path, gate) as writer:
        assert done(writer.submit(keep("before"))) == [200]
        gate.close()
        first = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        others = [writer.submit(keep("b")), writer.submit(keep("c"))]
        gate.failures = 2
        gate.open()
        refused = [reply.result(PATIENCE_S) for reply in (first, *others)]
        assert [reply.status for reply in refused] == [503] * 3
        assert all(reply.retry_after_s for reply in refused)
        assert kept(path) == ["before"]
        assert done(writer.submit(keep("a"))) == [200]
        assert kept(path) == ["before", "a"]


def test_a_fault_in_one_request_is_undone_and_fails_no_other(path: Path) -> None:
    def faulty(evidence: Evidence) -> Reply:
        keep("half")(evidence)
        msg = "no such thing"
        raise LookupError(msg)

    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        others = [writer.submit(keep("b")), writer.submit(faulty), writer.submit(keep("c"))]
        gate.open()
        assert done(first, *others) == [200, 200, 500, 200]
        assert json.loads(others[1].result().body)["status"] == 500
        assert kept(path) == ["a", "b", "c"]


def test_a_request_that_ends_the_transaction_fails_its_group(path: Path) -> None:
    def ending(evidence: Evidence) -> Reply:
        # What SQLite itself does on some disk errors.
        evidence._do("ROLLBACK")
        msg = "disk I/O error"
        raise sqlite3.OperationalError(msg)

    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        others = [writer.submit(keep("b")), writer.submit(ending), writer.submit(keep("c"))]
        gate.open()
        assert done(first, *others) == [200, 503, 503, 503]
        assert kept(path) == ["a"]
        assert done(writer.submit(keep("b"))) == [200]


@pytest.mark.invariant(8)
def test_a_full_disk_acknowledges_nothing_and_is_forgotten_once_there_is_room(path: Path) -> None:
    def cramped() -> Evidence:
        connection = open_file(path)
        connection.execute("PRAGMA max_page_count = 40")
        return SqliteEvidence(connection)

    def make_room(evidence: Evidence) -> Reply:
        evidence._do("PRAGMA max_page_count = 1000")
        return OK

    writer, large = Writer(cramped), "x" * 200_000
    writer.start()
    (status,) = done(writer.submit(keep(large)))
    assert status >= 500
    assert kept(path) == []
    assert done(writer.submit(keep("small")), writer.submit(make_room)) == [200, 200]
    assert done(writer.submit(keep(large))) == [200]
    writer.stop()
    assert kept(path) == ["small", large]


def test_evidence_that_cannot_be_opened_is_tried_again_at_the_next_request(path: Path) -> None:
    gate, absent = Gate(), [True]

    def opening() -> GatedEvidence:
        return gated(path / "nowhere" if absent[0] else path, gate)

    writer = Writer(opening)
    writer.start()
    assert done(writer.submit(keep("a"))) == [503]
    absent[0] = False
    assert done(writer.submit(keep("a"))) == [200]
    writer.stop()


def test_more_requests_than_may_wait_are_told_at_once_when_to_come_back(path: Path) -> None:
    gate = Gate()
    with writing(path, gate, capacity=2) as writer:
        gate.close()
        first = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        waiting = [writer.submit(keep("b")), writer.submit(keep("c"))]
        surplus = writer.submit(keep("d"))
        assert surplus.done()
        assert (surplus.result().status, surplus.result().retry_after_s) == (503, 5)
        gate.open()
        assert done(first, *waiting) == [200] * 3
        assert kept(path) == ["a", "b", "c"]


def test_stopping_finishes_what_was_taken_and_takes_nothing_more(path: Path) -> None:
    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        second = writer.submit(keep("b"))
        gate.open()
        assert writer.is_alive
        writer.stop()
        assert not writer.is_alive
        assert done(first, second) == [200, 200]
        assert done(writer.submit(keep("c"))) == [503]
    assert kept(path) == ["a", "b"]


def test_a_client_that_left_before_its_turn_is_passed_over(path: Path) -> None:
    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("a"))
        gate.wait_for_a_commit()
        left, stayed = writer.submit(keep("b")), writer.submit(keep("c"))
        assert left.cancel()
        gate.open()
        assert done(first, stayed) == [200, 200]
        assert kept(path) == ["a", "c"]


def test_thirty_stations_at_once_share_commits_and_each_gets_its_own_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, taken = Gate(), list[Judge]()
    commit, submit = SqliteEvidence.commit, Writer.submit

    def gated_commit(evidence: SqliteEvidence) -> None:
        gate.pass_through()
        commit(evidence)

    def counted(
        writer: Writer, judge: Judge, lane: Lane, units: int, about: wire.Envelope | None
    ) -> "Future[Reply]":
        reply = submit(writer, judge, lane, units, about)
        taken.append(judge)
        return reply

    stations = [VirtualStation(f"st-{n:03}") for n in range(30)]
    with IntakeBench(tmp_path, stations) as bench:
        bench.register()
        for station in stations:
            station.tap()
        monkeypatch.setattr(SqliteEvidence, "commit", gated_commit)
        monkeypatch.setattr(Writer, "submit", counted)
        gate.close()
        first = bench.begin(stations[0].batch())
        gate.wait_for_a_commit()
        others = [bench.begin(station.batch()) for station in stations[1:]]
        # The requests run on one loop in their order: when this one is answered, all have been taken.
        assert bench.caller.call("GET", "/healthz").status == 200
        assert len(taken) == 30
        gate.open()
        for station, answer in zip(stations, [first, *others], strict=True):
            assert station.take(answer.result(20).body, SERVER).seq == 2
        assert gate.commits == 2
        assert bench.count("batch") == 30


@pytest.mark.invariant(40)
def test_those_who_are_up_to_date_go_first_and_a_quarter_of_each_group_is_the_drains(path: Path) -> None:
    gate, units = Gate(), 11
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("first"))
        gate.wait_for_a_commit()
        drains = [writer.submit(keep(f"drain-{n}"), Lane.DRAIN, units) for n in range(8)]
        lives = [writer.submit(keep(f"live-{n:03}")) for n in range(2 * GROUP)]
        gate.open()
        assert done(first, *drains, *lives) == [200] * (1 + 8 + 2 * GROUP)
        order = kept(path)
    own = GROUP // 4
    assert order[1 : 1 + GROUP - own] == [f"live-{n:03}" for n in range(GROUP - own)]
    places = [order.index(f"drain-{n}") for n in range(8)]
    assert places == sorted(places)
    # Two full batches are what a quarter of a group has room for; the ten units left over go to the others.
    assert places[:2] == [GROUP - own + 1, GROUP - own + 2]
    assert places[2] > GROUP
