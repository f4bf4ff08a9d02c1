"""Base45 is read as RFC 9285 spells it, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.reader import base45

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

# RFC 9285, sections 4.3 and 4.4, and the largest value of three letters of section 6.
PUBLISHED = [
    (b"AB", "BB8"),
    (b"Hello!!", "%69 VD92EX0"),
    (b"base-45", "UJCLQE7W581"),
    (b"ietf!", "QED8WEX0"),
    (b"\xff\xff", "FGW"),
    (b"", ""),
]
NOT_BASE45 = ["GGW", ":::", "U6", "0", "5", "BB80", "QED8", "bb8", "BB8\n", "BB?", "BBÄ", "ß"]


def _encoded(data: bytes) -> str:
    text = ""
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            text += LETTERS[value % 45]
            value //= 45
    return text


@pytest.mark.parametrize(("data", "text"), PUBLISHED, ids=[text for _, text in PUBLISHED])
def test_the_published_examples_are_read(data: bytes, text: str) -> None:
    assert base45.decode(text) == data


@pytest.mark.parametrize("text", NOT_BASE45)
def test_what_stands_for_no_bytes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Base45"):
        base45.decode(text)


@given(st.binary(max_size=100))
def test_whatever_was_encoded_is_read_back(data: bytes) -> None:
    assert base45.decode(_encoded(data)) == data


@given(st.text(LETTERS, max_size=60))
def test_no_two_texts_stand_for_the_same_bytes(text: str) -> None:
    try:
        data = base45.decode(text)
    except ValueError:
        return
    assert _encoded(data) == text
