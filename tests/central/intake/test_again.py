"""Requests that come again: replayed, lost, overlapping, racing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from central.config import PostgresConfig
from central.intake import evidence
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes.data_folder import rows, saved
from tests.fakes.intake import SERVER, IntakeBench, problem
from tests.fakes.virtual_station import Message


@pytest.mark.invariant(7, 21)
@pytest.mark.fault("N1")
def test_the_same_request_gets_the_same_answer_and_changes_nothing(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    message = bench.station.batch()
    first = bench.post(message)
    bench.clock.advance(86_400_000)
    assert bench.post(message) == first
    assert bench.count("batch") == 1
    assert bench.count("replay") == 1


@pytest.mark.invariant(7, 18, 21)
@pytest.mark.fault("N2")
def test_an_answer_lost_fifty_times_leaves_one_copy_and_no_alarm(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    message = bench.station.batch()
    answers = {bench.post(message).body for _ in range(50)}
    assert len(answers) == 1
    assert bench.station.take(answers.pop(), SERVER).seq == 2
    bench.sync(bench.station)
    assert bench.count("quarantine") == 0


def test_an_answer_given_again_is_of_the_term_that_has_begun_since(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.station.tap()
        message = bench.station.batch()
        before = wire.Answer.from_json(bench.post(message).body)
    # Another server took this one's place, and the station heard of it while this answer was lost.
    told = central.config.data / "server.json"
    life = json.loads(told.read_text())
    told.write_text(json.dumps(life | {"term": life["term"] + 1}))
    with central as bench:
        answer = bench.post(message)
        assert bench.post(message) == answer
        again = wire.Answer.from_json(answer.body)
        assert replace(again, ack=before.ack) == before
        acks = [wire.Ack.of(open_note("ack", each.ack, SERVER)) for each in (before, again)]
        assert acks[1] == replace(acks[0], term=acks[0].term + 1)
        assert bench.station.take(answer.body, SERVER).seq == 2


@pytest.mark.invariant(21)
@pytest.mark.fault("N3")
def test_an_old_request_that_arrives_days_later_gets_its_old_answer(bench: IntakeBench) -> None:
    bench.register()
    old = bench.station.batch()
    bench.sync(bench.station)
    first = bench.post(old)
    for _ in range(3):
        bench.station.tap()
        bench.sync(bench.station)
    held = bench.held(bench.station)
    assert bench.post(old) == first
    assert bench.held(bench.station) == held
    assert bench.count("quarantine") == 0
    assert bench.sync(bench.station).seq == bench.station.acked.seq


def test_one_number_and_nonce_for_two_requests_is_refused(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    message = bench.station.batch()
    bench.post(message)
    assert message.envelope is not None
    other = bench.station.message(replace(message.envelope, health={"temp_c": 51}))
    assert problem(bench.post(other)) == ("idempotency-mismatch", {})
    assert bench.count("batch") == 1


@pytest.mark.invariant(7)
def test_a_resend_from_further_back_adds_only_what_is_new(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.station.tap()
        bench.post(bench.station.batch())
        bench.station.pending = None
        bench.station.tap()
    # The answer was lost and the server restored: the ratchet does not count, the chain does.
    central.new_life()
    with central as bench:
        assert bench.sync(bench.station).seq == 3
        spans = rows(bench.config, "SELECT first_seq, last_seq FROM batch ORDER BY srv_seq")
        assert spans == [(1, 2), (3, 3)]
        assert bench.count("quarantine") == 0


def test_a_resend_that_ends_inside_what_is_held_is_proven_and_acknowledged_to_the_head(
    tmp_path: Path,
    store: PostgresConfig | None,
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        for n in range(5):
            bench.station.tap(f"04a1b2c3d4e5{n:02x}")
        bench.post(bench.station.batch())
        bench.station.pending = None
    central.new_life()
    with central as bench:
        ack = bench.sync(bench.station, limit=3)
        assert ack.seq == 6
        assert bench.count("batch") == 1


@pytest.mark.invariant(14, 18)
@pytest.mark.fault("S2")
def test_a_restored_server_that_lacks_entries_is_filled_again_by_its_stations(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.station.tap()
        bench.sync(bench.station)
    restore = saved(central.config)
    with central as bench:
        for _ in range(3):
            bench.station.tap()
            bench.sync(bench.station)
    restore()
    central.new_life()
    with central as bench:
        bench.station.tap()
        assert problem(bench.post(bench.station.batch())) == (
            "gap",
            {"have_seq": 2, "have_h": bench.station.hashes[2].hex()},
        )
        bench.station.pending, bench.station.acked = None, replace(bench.station.acked, seq=2)
        ack = bench.sync(bench.station)
        assert (ack.seq, ack.inc, ack.term) == (len(bench.station.bodies) - 1, "second-life", 2)
        assert bench.count("quarantine") == 0
        # And from here on the ratchet counts again.
        bench.station.token = "stale"  # noqa: S105  a ratchet, not a secret
        assert problem(bench.post(bench.station.batch()))[0] == "clone"


@pytest.mark.invariant(7, 10)
@pytest.mark.fault("S4")
def test_two_requests_of_one_station_at_once_leave_one_winner_and_one_history(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    messages = [bench.station.message(bench.station.envelope(1, count)) for count in (1, 2)]
    begun = [bench.begin_from(f"192.0.2.{n}", message) for n, message in enumerate(messages)]
    answers = [started.result(20) for started in begun]
    assert sorted(answer.status for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status == 409)
    assert problem(loser)[0] == "clone"
    ((first_seq, last_seq, last_h),) = rows(bench.config, "SELECT first_seq, last_seq, last_h FROM batch")
    assert (first_seq, (last_seq, last_h)) == (1, bench.held(bench.station))
    assert bench.count("quarantine") == 1


@pytest.mark.invariant(7, 21)
@pytest.mark.fault("N1", "S4")
def test_one_request_sent_twice_at_once_is_answered_twice_and_kept_once(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    message = bench.station.batch()
    begun = [bench.begin_from(address, message) for address in ("192.0.2.1", "192.0.2.2")]
    first, second = (started.result(20) for started in begun)
    assert first == second
    assert first.status == 200
    assert bench.count("batch") == 1


def test_answers_that_nobody_can_still_wait_for_are_forgotten_but_not_that_they_were_given(
    bench: IntakeBench,
) -> None:
    bench.register()
    station = bench.station
    with_entries = station.batch()
    bench.sync(station)
    station.bodies.pop()
    station.hashes.pop()

    def heartbeat(sync_no: int) -> Message:
        ((token,),) = rows(bench.config, "SELECT token FROM station_head")
        station.token = str(token)
        return station.message(replace(station.envelope(2, 0), sync_no=sync_no))

    old = heartbeat(2)
    first = bench.post(old)
    assert bench.post(heartbeat(1 + evidence.ANSWERS_KEPT)).status == 200
    assert bench.post(old) == first
    assert bench.post(heartbeat(2 + evidence.ANSWERS_KEPT)).status == 200
    # Whoever still asks with it is a copy; nothing is set aside, because nothing in it is new.
    assert problem(bench.post(old))[0] == "clone"
    assert bench.count("quarantine") == 0
    # The answer of a request that added entries stays with its batch for ever.
    assert bench.post(with_entries).status == 200
    assert bench.count("replay") == 4
    assert bench.post(heartbeat(2 + evidence.REQUESTS_KEPT)).status == 200
    assert bench.count("replay") == 4
