from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import chain
from station.journal.file import Row
from station.salvage.remains.pool import Found
from station.salvage.remains.provable import provable

SMALL = '[1,"alive",1,{0},{0},1,1,1,{{}}]'


def chained(bodies: Sequence[str], first_seq: int = 1, h: bytes = chain.START) -> list[Row]:
    rows = list[Row]()
    for seq, text in enumerate(bodies, first_seq):
        body = text.encode()
        h = chain.link(h, body)
        rows.append(Row(seq, body, h))
    return rows


def proven(*rows: Row) -> list[Row]:
    claims = dict[int, list[Found]]()
    for row in rows:
        claims.setdefault(row.seq, []).append(Found(row, in_file=True))
    return [found.row for found in provable(sorted(claims.items()))]


ROWS = chained([SMALL.format(number) for number in range(1, 21)])


def test_a_whole_chain_is_proven() -> None:
    assert proven(*ROWS) == ROWS
    assert proven() == []


def test_behind_a_hole_rows_hold_each_other() -> None:
    assert proven(*ROWS[:5], *ROWS[8:]) == [*ROWS[:5], *ROWS[8:]]


def test_a_row_that_nothing_holds_is_not_taken() -> None:
    assert proven(*ROWS[:5], ROWS[8]) == ROWS[:5]


def test_of_two_that_follow_the_same_row_the_one_that_was_found_first_is_taken() -> None:
    ghost = chained([SMALL.format(99)], 21, ROWS[-1].h)
    real = chained([SMALL.format(77), SMALL.format(78)], 21, ROWS[-1].h)
    assert proven(*ROWS, *real, *ghost) == [*ROWS, *real]


def test_a_row_of_another_chain_is_not_taken() -> None:
    others = chained([SMALL.format(number) for number in range(50, 70)])
    assert proven(*ROWS[:9], others[9], *ROWS[10:]) == [*ROWS[:9], *ROWS[10:]]


def test_what_is_no_entry_does_not_begin_a_run() -> None:
    odd = chained(["[not an entry]", SMALL.format(1), SMALL.format(2)], 10, bytes(32))
    assert proven(*ROWS[:5], *odd) == [*ROWS[:5], *odd[1:]]


@st.composite
def harms(draw: st.DrawFn) -> Mapping[int, Row | None]:
    """Draw what became of some rows: gone, or changed in their body or hash."""
    harmed = dict[int, Row | None]()
    for row in draw(st.lists(st.sampled_from(ROWS), max_size=8, unique=True)):
        body = draw(st.sampled_from([row.body, row.body.replace(b"alive", b"alove"), row.body[:-9]]))
        h = draw(st.sampled_from([row.h, bytes(32), row.h[:31] + b"\0"]))
        harmed[row.seq] = draw(st.sampled_from([None, Row(row.seq, body, h)]))
    return harmed


@given(harms())
@pytest.mark.invariant(30)
def test_whatever_is_harmed_no_changed_row_comes_back_as_proven(harmed: Mapping[int, Row | None]) -> None:
    left = [row for row in (harmed.get(row.seq, row) for row in ROWS) if row is not None]
    found = {row.seq: row for row in proven(*left)}
    assert list(found) == sorted(found)
    # The first row behind a hole is held by what follows alone, which does not speak for its body.
    assert all(row == ROWS[seq - 1] for seq, row in found.items() if seq - 1 in found or seq == 1)
    whole = {row.seq for row in left if row == ROWS[row.seq - 1]}
    assert {seq for seq in whole if seq == 1 or seq - 1 in whole} <= found.keys()
