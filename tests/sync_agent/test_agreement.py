"""How far both ends agree is found in a few questions, whatever the journal lacks and however long it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import chain
from sync_agent import wire
from sync_agent.agreement import Span
from sync_agent.outcome import Later
from sync_agent.ports import Reply
from sync_agent.signing import sign_note
from sync_agent.wire import Position
from tests.fakes.boards import Board, Imaging, assert_all_arrived
from tests.fakes.central_rules import ACK_KEY, STRANGER_KEY, problem
from tests.sync_agent.test_recovery import forget


@dataclass
class Ends:
    """A journal of some length and a central that holds the same up to a place, and then its own."""

    length: int
    agreed: int
    held: int
    lost: range = range(0)

    def mine(self, seq: int) -> bytes | None:
        if not 0 <= seq <= self.length or seq in self.lost:
            return None
        return b"same %d" % seq if seq <= self.agreed else b"mine %d" % seq

    def theirs(self, seq: int) -> bytes:
        return b"same %d" % seq if seq <= self.agreed else b"theirs %d" % seq

    def find(self) -> tuple[int, int]:
        """Return the place found and how many questions it took."""
        span, questions = Span(0, self.length), 0
        while span.low < span.high and (asked := span.heads(self.mine)):
            assert 1 <= len(asked) <= wire.MOST_HEADS
            assert all(earlier.seq < later.seq for earlier, later in pairwise(asked))
            alike = [head.seq for head in asked if head.seq <= self.held and head.h == self.theirs(head.seq)]
            held = Position(self.held, self.theirs(self.held))
            narrowed = span.narrowed(asked, max(alike, default=0), held, self.mine)
            assert narrowed is not None
            assert narrowed.low >= span.low
            span, questions = narrowed, questions + 1
            assert questions < 50
        return span.low, questions


@given(data=st.data(), length=st.integers(1, 1_000_000))
def test_the_last_common_place_is_found_in_four_questions(data: st.DataObject, length: int) -> None:
    agreed = data.draw(st.integers(0, length))
    held = data.draw(st.integers(agreed, 2_000_000))
    found, questions = Ends(length, agreed, held).find()
    assert found == agreed
    assert questions <= 4


@given(data=st.data(), length=st.integers(1, 3_000))
def test_where_the_journal_lost_rows_no_more_is_agreed_than_is_common(
    data: st.DataObject, length: int
) -> None:
    agreed = data.draw(st.integers(0, length))
    first = data.draw(st.integers(1, length))
    ends = Ends(length, agreed, data.draw(st.integers(agreed, 4_000)))
    ends.lost = range(first, data.draw(st.integers(first, length)))
    assert ends.find()[0] <= agreed


def test_a_place_that_was_not_asked_about_is_no_answer() -> None:
    ends = Ends(1_000, 500, 700)
    asked = Span(0, 1_000).heads(ends.mine)
    held = Position(700, ends.theirs(700))
    assert Span(0, 1_000).narrowed(asked, 499, held, ends.mine) is None


@pytest.mark.fault("C3")
@pytest.mark.invariant(14, 15, 16)
def test_an_old_image_without_its_memory_asks_how_far_it_agrees_and_carries_the_rest(
    board: Board, image: Imaging
) -> None:
    board.tap(300)
    board.sync()
    old = image()
    board.tap(5)
    board.sync()
    old.tap(9)
    forget(old)
    old.sync()
    assert_all_arrived(board, old)
    assert 1 <= len(old.line.questions) <= 3
    first = old.reader.epochs()[0]
    agreed = old.memory.peer(first).agreed_seq
    assert old.bodies(first)[:agreed] == old.rules.bodies(first)[:agreed]
    assert sum(b'"carry"' in body for body in old.bodies()) == len(old.bodies(first)) - agreed < 15


@pytest.mark.invariant(9)
@pytest.mark.parametrize("wrong", ["nonce", "epoch", "station", "term", "key", "not asked about", "unproven"])
def test_an_answer_about_something_else_agrees_on_nothing(board: Board, image: Imaging, wrong: str) -> None:
    old = image()
    board.tap(5)
    board.sync()
    old.tap(9)
    forget(old)
    while old.memory.peer(old.epoch).parted is None:
        old.exchange.round()

    def change(reply: Reply) -> Reply:
        if wrong == "unproven":
            return problem("epoch-unknown")
        note = json.loads(json.loads(reply.body)["note"])
        others: dict[str, dict[str, object]] = {
            "nonce": {"nonce": wire.nonce_text(bytes(16))},
            "epoch": {"epoch": 5},
            "station": {"station": "st-r102"},
            "term": {"term": 0},
            "not asked about": {"agreed_seq": 99, "have_seq": 99, "have_h": chain.START.hex()},
        }
        key = STRANGER_KEY if wrong == "key" else ACK_KEY
        signed = sign_note("digests", {**note, **others.get(wrong, {})}, key)
        return replace(reply, body=json.dumps(signed).encode())

    old.line.faults.append(change)
    assert isinstance(old.exchange.round(), Later)
    assert old.memory.peer(old.epoch).agreed_inc is None
    old.sync()
    assert_all_arrived(old)
