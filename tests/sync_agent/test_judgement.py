"""What an answer proves: central's word under its key, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from sync_agent import wire
from sync_agent.exchange import Acked, Again, Later, Reenrol
from sync_agent.ports import Reply
from sync_agent.signing import sign_note
from tests.fakes.central_rules import ACK_KEY, STRANGER_KEY, problem
from tests.fakes.sync_agent import Bench, DirectCourier


def ack_changed(**changes: object) -> Callable[[Reply], Reply]:
    """Return a fault that lets central sign another acknowledgement than the true one."""

    def change(reply: Reply) -> Reply:
        answer = wire.Answer.from_json(reply.body)
        note = {**json.loads(str(answer.ack["note"])), **changes}
        return replace(reply, body=replace(answer, ack=sign_note("ack", note, ACK_KEY)).to_json())

    return change


@pytest.mark.fault("N7")
@pytest.mark.invariant(9)
@pytest.mark.parametrize(
    "name",
    ["in-progress", "bad-signature", "digest-mismatch", "malformed", "unknown-station", "busy"],
)
def test_a_passing_problem_is_waited_out_with_the_same_bytes(
    bench: Bench, line: DirectCourier, name: str
) -> None:
    bench.settle()
    bench.tap()
    line.faults.append(lambda _: replace(problem(name), retry_after_s=17))
    assert bench.exchange.round() == Later(name, 17)
    bench.settle()
    assert line.carried[-1] == line.carried[-2]
    assert bench.rules.bodies(bench.epoch) == bench.bodies()


def test_a_batch_refused_for_its_key_is_made_anew(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    bench.tap()

    # Refused means not carried out, so the true answer is thrown away before it is made.
    line.rules.station, true_name = "other", line.rules.station
    line.faults.append(lambda _: problem("idempotency-mismatch"))
    assert bench.exchange.round() == Later("idempotency-mismatch")
    line.rules.station = true_name
    assert isinstance(bench.settle(), Acked)
    assert line.carried[-1] != line.carried[-2]
    assert bench.rules.alarms == []


@pytest.mark.fault("N4")
@pytest.mark.invariant(9)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(409, wire.PROBLEM_MEDIA_TYPE, b'{"type":"https://example.org/teapot"}'),
        Reply(409, wire.PROBLEM_MEDIA_TYPE, b"{"),
        Reply(409, "text/html", problem("fork").body),
        Reply(500, "text/plain", b"oops"),
        Reply(302, "text/html", b""),
        Reply(511, "text/html", b"<html>sign in</html>"),
        Reply(200, "text/html", b"<html>welcome</html>"),
        Reply(200, "application/json", b"{}"),
        Reply(200, "application/json", b"[]"),
        Reply(204, "", b""),
    ],
)
def test_an_answer_central_would_not_give_proves_nothing(
    bench: Bench, line: DirectCourier, reply: Reply
) -> None:
    bench.settle()
    bench.tap()
    line.faults.append(lambda _: reply)
    assert isinstance(bench.exchange.round(), Later)
    assert bench.memory.peer(bench.epoch).acked.seq == 1
    assert bench.memory.pending() is not None
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


@pytest.mark.invariant(9)
@pytest.mark.parametrize(
    "changes",
    [{"station": "st-r102"}, {"epoch": 5}, {"term": 0}, {"seq": "1"}, {"h": "00"}],
)
def test_a_signed_acknowledgement_of_something_else_is_not_ours(
    bench: Bench, line: DirectCourier, changes: dict[str, object]
) -> None:
    bench.settle()
    bench.tap()
    line.faults.append(ack_changed(**changes))
    assert isinstance(bench.exchange.round(), Later)
    assert bench.memory.peer(bench.epoch).acked.seq == 1
    assert isinstance(bench.settle(), Acked)


@pytest.mark.fault("N4")
@pytest.mark.invariant(9)
def test_an_acknowledgement_by_a_stranger_is_not_ours(bench: Bench) -> None:
    bench.settle()
    bench.tap()
    bench.rules.ack_key = STRANGER_KEY
    backup = bench.rules.backup()
    assert isinstance(bench.exchange.round(), Later)
    bench.rules.ack_key = ACK_KEY
    bench.rules.state = backup
    assert isinstance(bench.settle(), Acked)


@pytest.mark.invariant(10)
def test_an_acknowledgement_of_another_history_parts_the_epoch(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    bench.tap()
    line.faults.append(ack_changed(h="11" * 32))
    assert bench.exchange.round() == Reenrol("fork")
    assert bench.memory.peer(bench.epoch).agreed_inc is None
    assert bench.exchange.round() == Again("agreed")
    assert bench.memory.peer(bench.epoch).agreed_seq == 2


def test_an_acknowledgement_of_more_than_the_journal_parts_the_epoch(
    bench: Bench, line: DirectCourier
) -> None:
    bench.settle()
    line.faults.append(ack_changed(seq=99))
    assert bench.exchange.round() == Reenrol("rollback")


@pytest.mark.invariant(14)
def test_an_acknowledgement_does_not_go_back_within_one_life_of_the_store(
    bench: Bench, line: DirectCourier
) -> None:
    bench.tap(3)
    bench.settle()
    h2 = bench.reader.rows(bench.epoch, 1, 1)[0].h.hex()
    line.faults.append(ack_changed(seq=2, h=h2))
    assert isinstance(bench.exchange.round(), Later)
    line.faults.append(ack_changed(seq=2, h=h2, inc="restored"))
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert (outcome.seq, outcome.more) == (2, True)
    assert bench.memory.peer(bench.epoch).acked.seq == 2


def test_an_acknowledgement_that_covers_nothing_sent_is_no_progress(
    bench: Bench, line: DirectCourier
) -> None:
    bench.settle()
    bench.tap()
    h1 = bench.reader.rows(bench.epoch, 0, 1)[0].h.hex()
    line.faults.append(ack_changed(seq=1, h=h1))
    assert isinstance(bench.exchange.round(), Later)


@pytest.mark.fault("T9")
@pytest.mark.invariant(28)
def test_a_wrong_clock_is_found_out_by_centrals_signed_time(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    bench.tap()
    line.faults.append("wrong date")
    assert bench.exchange.round() == Again("clock")
    assert line.overlooks_dates
    line.faults.append("wrong date")
    assert isinstance(bench.exchange.round(), Acked)


@pytest.mark.fault("T9")
@pytest.mark.invariant(28)
@pytest.mark.parametrize("wrong", ["expired", "stranger", "another nonce", "no answer"])
def test_a_certificate_that_is_out_of_date_by_centrals_own_clock_is_not_overlooked(
    bench: Bench, line: DirectCourier, wrong: str
) -> None:
    bench.settle()
    line.faults.append("wrong date")
    if wrong == "expired":
        bench.rules.now_ms = lambda: 1_900_000_000_000
    elif wrong == "stranger":
        bench.rules.ack_key = STRANGER_KEY
    elif wrong == "another nonce":
        line.faults.append(lambda _: bench.rules.time(wire.nonce_text(bytes(16))))
    else:
        line.faults.append("lost answer")
    assert isinstance(bench.exchange.round(), Later)
    assert not line.overlooks_dates


@pytest.mark.fault("N7")
def test_a_batch_too_large_is_halved_where_no_measure_is_given(bench: Bench, line: DirectCourier) -> None:
    bench.settle()
    bench.tap(400)
    # Refused means not carried out, so the true answer must not have been made.
    bench.rules.max_entries = 99
    line.faults.extend([lambda _: problem("too-large")] * 3)
    for _ in range(3):
        assert bench.exchange.round() == Again("too-large")
    bench.exchange.round()
    counts = [wire.unpack(message, 10**6).envelope.count for message in line.carried[-4:]]
    assert counts == [400, 250, 125, 62]


@pytest.mark.fault("N1", "N6")
@pytest.mark.invariant(7, 9, 18)
def test_an_answer_to_an_older_request_proves_nothing_and_its_used_up_token_is_not_taken(
    bench: Bench, line: DirectCourier
) -> None:
    bench.settle()
    answers: list[Reply] = []

    def keep(reply: Reply) -> Reply:
        answers.append(reply)
        return reply

    line.faults.append(keep)
    bench.exchange.round()
    bench.exchange.round()
    line.faults.append(lambda _: answers[0])
    assert bench.exchange.round() == Later("the answer is to another request")
    bench.tap()
    assert isinstance(bench.settle(), Acked)
    assert bench.rules.alarms == []


@pytest.mark.parametrize(
    "changes", [{"station": "st-r102"}, {"epoch": 5}, {"term": 0}, {"at": "yesterday"}, {"term": None}]
)
def test_a_registration_of_something_else_is_not_ours(
    bench: Bench, line: DirectCourier, changes: dict[str, object]
) -> None:
    bench.settle()
    bench.memory.restart(replace(bench.memory.peer(bench.epoch), is_registered=False))

    def change(reply: Reply) -> Reply:
        note = {**json.loads(json.loads(reply.body)["note"]), **changes}
        return replace(reply, body=json.dumps(sign_note("epoch", note, ACK_KEY)).encode())

    line.faults.append(change)
    assert isinstance(bench.exchange.round(), Later)
    assert not bench.memory.peer(bench.epoch).is_registered


@pytest.mark.parametrize("name", ["gap", "too-large", "epoch-unknown", "fork-of-tomorrow"])
def test_a_problem_that_says_nothing_about_a_registration_is_waited_out(
    bench: Bench, line: DirectCourier, name: str
) -> None:
    body = json.dumps({"type": wire.problem_type(name), "have_seq": 0}).encode()
    line.faults.append(lambda _: Reply(409, wire.PROBLEM_MEDIA_TYPE, body))
    assert isinstance(bench.exchange.round(), Later)


@pytest.mark.fault("N6")
@pytest.mark.invariant(9)
def test_nothing_but_what_central_signed_is_kept_of_a_receipt_or_a_beacon(
    bench: Bench, line: DirectCourier
) -> None:
    def padded(true: Reply) -> Reply:
        whole = json.loads(true.body)
        for name in ("ack", "beacon"):
            whole[name]["remark"] = "x" * 40_000
        return replace(true, body=json.dumps(whole).encode())

    bench.exchange.round()
    line.faults.append(padded)
    outcome = bench.exchange.round()
    assert isinstance(outcome, Acked)
    assert "remark" not in json.dumps(outcome.beacon)
    assert "remark" not in bench.memory.receipts(bench.epoch)[-1][1]
