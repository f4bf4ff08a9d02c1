"""Serial lines bring bytes in any pieces, with noise between them; what is good is found, and no more."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.reader import Credential, Reason
from station.reader.hold import Request
from station.reader.line_formats import LINE_CAP_BYTES, Lines, Parser, Rdm6300, Reading
from tests.station.reader.test_sc1 import QR_EVIDENCE, QR_TEXT

NUMBERS = st.binary(min_size=5, max_size=5).filter(any)
# No STX inside: noise that begins a frame may swallow the beginning of the next, as on any line.
NOISE = st.binary(max_size=20).map(lambda data: data.replace(b"\x02", b"\x00"))
PRINTABLE = st.binary(max_size=40).map(lambda data: data.replace(b"\r", b".").replace(b"\n", b"."))


def _frame(number: bytes) -> bytes:
    check = 0
    for byte in number:
        check ^= byte
    return b"\x02" + (number + bytes([check])).hex().upper().encode() + b"\x03"


def _feed(parser: Parser, data: bytes, cuts: list[int]) -> list[Reading]:
    """Feed the bytes in the pieces the cuts make of them."""
    marks = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(marks)]
    return [found for piece in pieces for found in parser.feed(piece)]


def _values(found: list[Reading]) -> list[str]:
    return [item.value if isinstance(item, Credential) else str(item) for item in found]


@given(st.lists(st.tuples(NOISE, NUMBERS), max_size=8), st.lists(st.integers(0, 400), max_size=12))
def test_every_good_tag_between_noise_is_found_in_order(
    stream: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    data = b"".join(noise + _frame(number) for noise, number in stream)
    assert _values(_feed(Rdm6300(), data, cuts)) == [number.hex() for _, number in stream]


@given(NUMBERS, st.integers(1, 13), NUMBERS)
def test_a_tag_cut_off_by_the_next_does_not_take_it_along(first: bytes, kept: int, second: bytes) -> None:
    assert _values(Rdm6300().feed(_frame(first)[:kept] + _frame(second))) == [second.hex()]


@given(NUMBERS, st.integers(1, 12), st.sampled_from(b"0123456789ABCDEF"))
def test_a_damaged_digit_is_no_tag(number: bytes, at: int, digit: int) -> None:
    frame = bytearray(_frame(number))
    found = Rdm6300().feed(bytes(frame[:at]) + bytes([digit]) + bytes(frame[at + 1 :]))
    assert _values(found) == ([number.hex()] if frame[at] == digit else [])


@given(st.lists(st.binary(max_size=64), max_size=30))
def test_noise_for_ever_fills_no_memory_and_makes_no_tag(chunks: list[bytes]) -> None:
    parser = Rdm6300()
    for chunk in chunks:
        # A tag needs its end: without any there can be none.
        assert parser.feed(chunk.replace(b"\x03", b"")) == []
    assert len(parser._buffer) < 14


def test_the_number_of_all_zeros_is_nobody_s() -> None:
    assert Rdm6300().feed(_frame(bytes(5))) == [Reason.MALFORMED]


@given(
    st.lists(st.tuples(NUMBERS, st.sampled_from([b"\r", b"\n", b"\r\n"])), max_size=8),
    st.lists(st.integers(0, 200), max_size=12),
)
def test_every_printed_number_is_read_whatever_ends_its_line(
    lines: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    data = b"".join(b"em:" + number.hex().encode() + end for number, end in lines)
    assert _values(_feed(Lines(), data, cuts)) == [number.hex() for number, _ in lines]


def test_a_printed_credential_is_read_in_either_case_and_proves_nothing() -> None:
    assert Lines().feed(b"SC1:0123456789ABCDEF\r\n") == [
        Credential("sc1", "0123456789abcdef", "scanner", 1, None)
    ]


def test_a_phone_s_screen_is_read_as_its_proof() -> None:
    # Base45 knows the space, and a scanner may send any letter of the prefix in any case.
    assert " " in QR_TEXT
    for prefix in ("SC1Q:", "sc1q:"):
        assert Lines().feed(f"{prefix}{QR_TEXT}\r\n".encode()) == [
            Credential("sc1", "0123456789abcdef", "scanner", 2, QR_EVIDENCE)
        ]


def test_a_screen_half_read_is_unreadable() -> None:
    assert Lines().feed(f"SC1Q:{QR_TEXT[5:]}\nSC1Q:\n".encode()) == 2 * [Reason.MALFORMED]


@pytest.mark.parametrize("line", ["outage", "time", "time:2026-11-20T17:05Z", "enrol", "self-test"])
def test_a_line_of_staff_s_is_passed_on_as_it_is(line: str) -> None:
    assert Lines().feed(f"staff:{line}\r\n".encode()) == [Request(f"staff:{line}")]
    assert Lines().feed(f"STAFF:{line}\r\n".encode()) == [Request(f"staff:{line}")]


@pytest.mark.parametrize("line", ["staff:", "staff: ", "staff:a b", f"staff:{65 * 'a'}", "staffs:time"])
def test_a_line_that_only_looks_like_staff_s_is_unreadable(line: str) -> None:
    assert Lines().feed(f"{line}\n".encode()) == [Reason.MALFORMED]


@given(PRINTABLE.filter(lambda line: bool(line.strip())))
def test_any_other_line_is_unreadable(line: bytes) -> None:
    assert Lines().feed(line + b"\n") == [Reason.MALFORMED]


def test_a_printed_number_of_all_zeros_is_nobody_s() -> None:
    assert Lines().feed(b"sc1:0000000000000000\nem:0000000000\n") == [Reason.MALFORMED, Reason.MALFORMED]


@given(st.integers(LINE_CAP_BYTES + 1, 5 * LINE_CAP_BYTES), st.lists(st.integers(0, 3000), max_size=12))
def test_a_line_too_long_is_dropped_whole_and_the_next_is_read(length: int, cuts: list[int]) -> None:
    # Its tail would be a good line by itself: it must not be taken for one.
    data = b"x" * length + b"em:0a1b2c3d4e\nem:1122334455\n"
    assert _values(_feed(Lines(), data, cuts)) == [Reason.MALFORMED, "1122334455"]


@given(st.lists(st.binary(max_size=700).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b""))))
def test_a_line_without_end_fills_no_memory(chunks: list[bytes]) -> None:
    parser = Lines()
    for chunk in chunks:
        assert parser.feed(chunk) == []
        assert len(parser._line) <= LINE_CAP_BYTES
