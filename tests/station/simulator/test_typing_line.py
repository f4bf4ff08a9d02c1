"""The line being typed behaves as people expect of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.simulator.room.typing_line import TypingLine

UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"


def _line() -> TypingLine:
    return TypingLine(lambda before: ["ana", "andy", "ben"] if before else ["tap", "take", "two", "quit"])


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        (b"tap", "tap", 3),
        (b"tap\x7f\x7f", "t", 1),
        (b"\x7f", "", 0),
        (b"tp" + LEFT + b"a", "tap", 2),
        (b"tap\x01X", "Xtap", 1),
        (b"tap\x01\x05X", "tapX", 4),
        (b"tap\x1b[HX\x1b[FY", "XtapY", 5),
        (b"tap" + LEFT + b"\x1b[3~", "ta", 2),
        (b"tap ana\x17", "tap ", 4),
        (b"tap ana\x15", "", 0),
        (b"tap ana" + 4 * LEFT + b"\x0b", "tap", 3),
        (b"tap" + RIGHT + 9 * LEFT + b"X", "Xtap", 1),
        ("añá".encode(), "añá", 3),
        (b"ta\x1b[99Zp\x00\x1bq", "tap", 3),
        (b"q\t", "quit ", 5),
        (b"ta\t", "ta", 2),
        (b"tap a\t", "tap an", 6),
        (b"tap an\td\t", "tap andy ", 9),
        (b"tap z\t", "tap z", 5),
    ],
)
def test_a_key_does_what_it_does_everywhere(keys: bytes, text: str, cursor: int) -> None:
    line = _line()
    assert line.feed(keys) == []
    assert (line.text, line.cursor) == (text, cursor)


def test_enter_finishes_a_line_and_begins_the_next() -> None:
    line = _line()
    assert line.feed(b"one\rtwo\nthr") == ["one", "two"]
    assert line.text == "thr"


def test_the_lines_before_come_back_with_the_arrows() -> None:
    line = _line()
    line.feed(b"one\rtwo\rtwo\r\r")
    seen = []
    for keys in (UP, UP, UP, DOWN, DOWN, DOWN):
        line.feed(keys)
        seen.append(line.text)
    assert seen == ["two", "one", "one", "two", "", ""]


KEYS = st.sampled_from(
    [UP, DOWN, LEFT, RIGHT, b"\x1b[3~", b"\x1bOH", b"\r", b"\x7f", b"a", b"b", "ñ".encode()]
)
TYPED = st.binary(max_size=40) | st.lists(KEYS, max_size=20).map(b"".join)


@given(TYPED, st.integers(1, 7))
def test_whatever_is_typed_in_whatever_pieces_is_the_same_line(keys: bytes, size: int) -> None:
    whole, pieces = _line(), _line()
    finished = whole.feed(keys)
    in_pieces = [line for at in range(0, len(keys), size) for line in pieces.feed(keys[at : at + size])]
    assert (finished, whole.text, whole.cursor) == (in_pieces, pieces.text, pieces.cursor)
    assert 0 <= whole.cursor <= len(whole.text)
