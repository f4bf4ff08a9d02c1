import pytest

from station import chain
from station.clock import HandClock
from station.journal.chaining import beginning, chained
from station.journal.file import Head, Row
from station.journal.genesis import genesis, origin_of, owner_in
from station.tap import VERSION, Entry, Kind
from tests.fakes.station import IDENTITY

READING = HandClock().reading()
BEFORE = Head(7, 12, bytes(range(32)))
(FIRST,) = chained(beginning(8), [genesis(IDENTITY, "fork", BEFORE, READING)])


def test_the_first_row_of_an_epoch_says_whose_it_is_and_what_it_follows() -> None:
    origin = origin_of(FIRST)
    assert origin is not None
    assert owner_in(origin) == IDENTITY.owner
    assert (origin["prev_epoch"], origin["prev_head"], origin["reason"]) == (7, BEFORE.h.hex(), "fork")


@pytest.mark.invariant(30)
def test_a_first_row_of_which_one_bit_was_changed_says_nothing() -> None:
    for bit in range(len(FIRST.body) * 8):
        changed = bytearray(FIRST.body)
        changed[bit // 8] ^= 1 << bit % 8
        assert origin_of(FIRST._replace(body=bytes(changed))) is None
    assert origin_of(FIRST._replace(h=bytes(32))) is None


def test_no_other_row_says_how_an_epoch_began() -> None:
    (alive,) = chained(beginning(8), [Entry(VERSION, Kind.ALIVE, READING, {})])
    (silent,) = chained(beginning(8), [Entry(VERSION, Kind.GENESIS, READING, [])])
    strange = Row(1, b"{", chain.link(chain.START, b"{"))
    for row in (None, alive, silent, strange, FIRST._replace(seq=2)):
        assert origin_of(row) is None
