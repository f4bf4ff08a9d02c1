import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.chain import START, leaf, link, verify
from station.errors import ChainError

BODIES = [b'[1,"genesis"]', b'[1,"boot"]', b'[1,"tap"]', b""]
bodies = st.lists(st.binary(max_size=40), min_size=1, max_size=6)


def chained(bodies: list[bytes], head: bytes = START) -> list[tuple[bytes, bytes]]:
    rows = []
    for body in bodies:
        head = link(head, body)
        rows.append((body, head))
    return rows


def test_the_first_link_is_what_anybody_can_compute_with_sha256_alone() -> None:
    inner = hashlib.sha256(b"\x00tap").digest()
    assert leaf(b"tap") == inner
    assert link(START, b"tap") == hashlib.sha256(b"\x01" + bytes(32) + inner).digest()


@given(bodies)
def test_an_untouched_chain_holds_and_gives_its_head(bodies: list[bytes]) -> None:
    rows = chained(bodies)
    assert verify(START, rows) == rows[-1][1]


@given(bodies, bodies)
def test_a_chain_is_verified_in_pieces_as_well_as_whole(first: list[bytes], second: list[bytes]) -> None:
    middle = verify(START, chained(first))
    assert verify(middle, chained(second, middle)) == verify(START, chained(first + second))


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_every_single_flipped_bit_is_found_at_its_own_row() -> None:
    rows = chained(BODIES)
    for index, (body, h) in enumerate(rows):
        for bit in range(8 * len(body + h)):
            changed = bytearray(body + h)
            changed[bit // 8] ^= 1 << bit % 8
            piece = (bytes(changed[: len(body)]), bytes(changed[len(body) :]))
            with pytest.raises(ChainError) as caught:
                verify(START, [*rows[:index], piece, *rows[index + 1 :]])
            assert caught.value.index == index


@given(bodies, st.data())
@pytest.mark.invariant(30)
def test_any_bit_flipped_in_any_chain_is_found(bodies: list[bytes], data: st.DataObject) -> None:
    rows = [bytearray(body + h) for body, h in chained(bodies)]
    row = data.draw(st.integers(0, len(rows) - 1))
    bit = data.draw(st.integers(0, 8 * len(rows[row]) - 1))
    rows[row][bit // 8] ^= 1 << bit % 8
    with pytest.raises(ChainError):
        verify(START, [(bytes(both[:-32]), bytes(both[-32:])) for both in rows])


@pytest.mark.invariant(3, 30)
def test_a_row_taken_out_put_in_or_swapped_is_found() -> None:
    rows = chained(BODIES)
    for changed in (rows[1:], [rows[0], *rows], [rows[1], rows[0], *rows[2:]], [rows[0], *rows[2:]]):
        with pytest.raises(ChainError):
            verify(START, changed)
