"""A token brings one key, whoever else shows it; a key is followed by one key that both have signed for."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from central.config import PostgresConfig
from sync_agent.signing import SigningKey
from sync_agent.wire import KeyState
from tests.fakes.asgi import Answer
from tests.fakes.data_folder import publish_keyring, rows
from tests.fakes.intake import IntakeBench, problem
from tests.fakes.new_board import NEW, TOKEN, NewBoard, ahead, answered, listed, publish_tokens
from tests.fakes.virtual_station import SCHOOL, VirtualStation

RACERS = 100


@pytest.fixture
def bench(tmp_path: Path, store: PostgresConfig | None) -> Iterator[IntakeBench]:
    with IntakeBench(tmp_path, postgres=store) as bench:
        publish_tokens(bench.config.data, [listed(TOKEN, ahead(bench.clock))])
        yield bench


def enrol(bench: IntakeBench, board: NewBoard) -> Answer:
    return bench.post(board.enrolment())


def refused(bench: IntakeBench) -> list[tuple[object, ...]]:
    return rows(bench.config, "SELECT station, reason FROM enrolment_refusal ORDER BY id")


def test_a_token_brings_one_key_and_a_lost_answer_is_given_again(bench: IntakeBench) -> None:
    board = NewBoard()
    first = answered(enrol(bench, board).body)
    assert (first.station, first.kid, first.state) == (NEW, board.key.kid, KeyState.TAKEN)
    assert answered(enrol(bench, board).body).kid == board.key.kid
    assert bench.count("enrolment") == 1
    in_use = VirtualStation(NEW)
    in_use.key = board.key
    publish_keyring(bench.config, [in_use])
    assert answered(enrol(bench, board).body).state is KeyState.IN_USE


def test_of_a_hundred_boards_with_one_token_one_is_taken_and_the_others_make_an_alert(
    bench: IntakeBench,
) -> None:
    boards = [NewBoard(seed=f"copy {number}") for number in range(RACERS)]
    waiting: list[Future[Answer]] = [
        # Each from an address of its own, so that nobody is kept out for knocking too often.
        bench.begin_from(f"10.0.{number // 250}.{number % 250}", board.enrolment())
        for number, board in enumerate(boards)
    ]
    answers = [answer.result(30) for answer in waiting]
    taken = [answered(answer.body).kid for answer in answers if answer.status == 200]
    assert len(taken) == 1
    assert rows(bench.config, "SELECT kid FROM enrolment") == [(taken[0],)]
    others = [problem(answer)[0] for answer in answers if answer.status != 200]
    assert others == ["token-used"] * (RACERS - 1)
    assert refused(bench) == [(NEW, "token-used")] * (RACERS - 1)


def test_every_other_token_is_refused_by_name_and_the_attempt_is_kept(bench: IntakeBench) -> None:
    board, other = NewBoard(), VirtualStation()
    entries = {
        "token-expired": listed(f"{SCHOOL}-tokenexpired", ahead(bench.clock, 0)),
        "token-revoked": listed(f"{SCHOOL}-tokenrevoked", ahead(bench.clock), state="revoked"),
        "station-retired": listed(f"{SCHOOL}-stationretired", ahead(bench.clock), state="retired"),
        "token-used": listed(f"{SCHOOL}-tokenused", ahead(bench.clock), state="used", kid=other.key.kid),
        "token-unknown": listed(f"{SCHOOL}-tokenunknown", ahead(bench.clock), station="st-r999"),
    }
    publish_tokens(bench.config.data, entries.values())
    shown = [f"{SCHOOL}-{name.replace('-', '')}" for name in entries]
    for name, token in zip(entries, shown, strict=True):
        assert problem(enrol(bench, replace(board, token=token)))[0] == name
    assert problem(enrol(bench, NewBoard(token=f"{TOKEN}00")))[0] == "token-unknown"
    assert problem(enrol(bench, replace(board, token=f"9{TOKEN}")))[0] == "wrong-school"
    assert {why for _, why in refused(bench)} == {*entries, "wrong-school"}
    assert bench.count("enrolment") == 0


def test_what_is_not_signed_by_the_key_it_brings_is_nobodys(bench: IntakeBench) -> None:
    message, other = NewBoard().enrolment(), NewBoard(seed="another")
    theirs = other.key.verify_key.public.hex().encode()
    ours = NewBoard().key.verify_key.public.hex().encode()
    assert (
        problem(bench.post(replace(message, body=message.body.replace(ours, theirs))))[0] == "bad-signature"
    )
    changed = message.body.replace(TOKEN.encode(), b"x" * len(TOKEN))
    assert problem(bench.post(replace(message, body=changed)))[0] == "bad-signature"
    assert problem(bench.post(replace(message, body=b"{}\n")))[0] == "malformed"
    assert (bench.count("enrolment"), bench.count("enrolment_refusal")) == (0, 0)


def test_a_token_is_kept_nowhere_in_the_evidence(bench: IntakeBench) -> None:
    assert enrol(bench, NewBoard()).status == 200
    for file in bench.config.data.glob("evidence.sqlite*"):
        assert TOKEN.encode() not in file.read_bytes()


def test_a_key_is_followed_by_one_that_both_have_signed_for_and_by_no_second_one(bench: IntakeBench) -> None:
    board, new, second = NewBoard("st-r101"), SigningKey(b"n" * 32), SigningKey(b"s" * 32)
    in_use = bench.station
    in_use.key = board.key
    bench.commission(in_use)
    assert answered(bench.post(board.rotation(new)).body).state is KeyState.TAKEN
    assert answered(bench.post(board.rotation(new)).body).kid == new.kid
    assert problem(bench.post(board.rotation(second)))[0] == "clone"
    assert refused(bench) == [("st-r101", "second-successor")]
    # Somebody else's key cannot be made this station's: it would have to sign for it.
    stolen = board.rotation(new)
    theirs = second.verify_key.public.hex().encode()
    body = stolen.body.replace(new.verify_key.public.hex().encode(), theirs)
    assert problem(bench.post(replace(stolen, body=body)))[0] == "bad-signature"
    bench.commission(in_use, revoked=("st-r101",))
    assert problem(bench.post(board.rotation(new)))[0] == "revoked"


def test_a_stranger_cannot_fill_the_disk_with_guesses(bench: IntakeBench) -> None:
    boards = [NewBoard(token=f"{SCHOOL}-guess{number}") for number in range(120)]
    waiting = [bench.begin_from(f"10.1.0.{number}", board.enrolment()) for number, board in enumerate(boards)]
    assert {problem(answer.result(30))[0] for answer in waiting} == {"token-unknown"}
    assert bench.count("enrolment_refusal") == 100
