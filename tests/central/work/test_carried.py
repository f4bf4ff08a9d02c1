"""What is carried is taken apart with care, and believed only as far as its hashes go."""

import base64

import pytest

from central.work.carried import Carried, sound, unpack
from station import chain

EPOCH = 77
BODIES = [b"one", b"two", b"three", b"four"]


def chained(bodies: list[bytes] = BODIES) -> list[Carried]:
    """Return a journal of these entries."""
    h, found = chain.START, []
    for sequence, body in enumerate(bodies, start=1):
        h = chain.link(h, body)
        found.append(Carried(EPOCH, sequence, h, body))
    return found


def payload(entry: Carried) -> dict[str, int | str]:
    body = base64.b64encode(entry.body).decode()
    return {"epoch": entry.epoch, "seq": entry.sequence, "h": entry.h.hex(), "body": body}


def test_a_payload_says_where_an_entry_stood_and_what_it_was() -> None:
    entry = chained()[2]
    assert unpack(payload(entry)) == entry


@pytest.mark.parametrize(
    "wrong",
    [
        {"epoch": 0},
        {"epoch": True},
        {"epoch": 2**63},
        {"seq": -1},
        {"seq": "3"},
        {"h": "zz"},
        {"h": "00"},
        {"h": None},
        {"body": "not base64!"},
        {"body": 5},
    ],
)
def test_a_payload_that_makes_no_sense_is_none(wrong: dict[str, int | str]) -> None:
    assert unpack({**payload(chained()[0]), **wrong}) is None


@pytest.mark.parametrize("payload", [None, [], "text", {}])
def test_what_is_no_payload_is_none(payload: list[str] | str | None) -> None:
    assert unpack(payload) is None


def test_a_whole_journal_hangs_together() -> None:
    assert sound(chained()) == [True] * 4


def test_the_part_behind_what_came_in_by_itself_hangs_together_with_it() -> None:
    first, second, *rest = chained()
    assert sound(rest, (second.sequence, second.h)) == [True, True]
    assert sound(rest, (second.sequence, first.h)) == [False, True]


def test_behind_a_hole_there_is_nothing_to_compare_with() -> None:
    first, *_, fourth = chained()
    assert sound([first, fourth]) == [True, True]


@pytest.mark.invariant(10, 30)
def test_another_body_or_hash_is_noticed_and_costs_the_entries_behind_it_nothing_more() -> None:
    one, two, three, four = chained()
    forged = Carried(EPOCH, 2, two.h, b"too")
    assert sound([one, forged, three, four]) == [True, False, True, True]
    wrong = Carried(EPOCH, 2, b"\x00" * 32, two.body)
    assert sound([one, wrong, three, four]) == [True, False, True, True]


def test_of_two_entries_for_one_place_the_one_that_follows_has_it() -> None:
    one, two, *_ = chained()
    other = Carried(EPOCH, 2, chain.link(one.h, b"else"), b"else")
    assert sound([one, Carried(EPOCH, 2, two.h, b"else"), two, other]) == [True, False, True, False]
