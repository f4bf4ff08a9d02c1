"""The cards' side of ISO 14443-4, block by block."""

from hypothesis import given
from hypothesis import strategies as st

from station.simulator.cards import crc_a
from station.simulator.isodep import OK, IsoDepCard

RATS = bytes.fromhex("e080")
RATS_SMALL = bytes.fromhex("e000")


def _echo(apdu: bytes) -> bytes:
    return apdu + OK


def _said(card: IsoDepCard, frame: bytes) -> bytes:
    answer = card.transceive(frame)
    assert answer is not None
    return answer


def _talk(card: IsoDepCard, apdu: bytes, rats: bytes, piece: int) -> bytes:
    """Send an APDU in pieces and collect the answer, as a reader that loses nothing does."""
    assert _said(card, rats) == card.ats
    pieces = [apdu[at : at + piece] for at in range(0, len(apdu), piece)]
    number, answer = 0, b""
    for at, part in enumerate(pieces):
        is_last = at == len(pieces) - 1
        answer = _said(card, bytes([(0x02 if is_last else 0x12) | number]) + part)
        if not is_last:
            assert answer == bytes([0xA2 | number])
        number ^= 1
    whole = answer[1:]
    while answer[0] & 0x10:
        answer = _said(card, bytes([0xA2 | number]))
        number ^= 1
        whole += answer[1:]
    return whole


@given(st.binary(min_size=1, max_size=250), st.integers(1, 60), st.sampled_from([RATS, RATS_SMALL]))
def test_an_apdu_arrives_whole_however_it_is_chained(apdu: bytes, piece: int, rats: bytes) -> None:
    assert _talk(IsoDepCard(lambda: _echo, b"\x01\x02\x03\x04"), apdu, rats, piece) == apdu + OK


def test_an_answer_that_was_lost_is_said_again_and_done_once() -> None:
    heard: list[bytes] = []

    def app(apdu: bytes) -> bytes:
        heard.append(apdu)
        return OK

    card = IsoDepCard(lambda: app, b"\x01\x02\x03\x04")
    _said(card, RATS)
    first = _said(card, b"\x02hello")
    assert _said(card, b"\xb2") == first
    assert heard == [b"hello"]


def test_a_card_says_it_is_there_when_asked_with_a_refusal() -> None:
    card = IsoDepCard(lambda: _echo, b"\x01\x02\x03\x04")
    _said(card, RATS)
    _said(card, b"\x02hello")
    assert _said(card, b"\xb3") == b"\xa2"


def test_a_card_that_needs_time_asks_for_it_before_it_answers() -> None:
    card = IsoDepCard(lambda: _echo, b"\x01\x02\x03\x04", extensions=2)
    _said(card, RATS)
    assert _said(card, b"\x02x") == b"\xf2\x01"
    assert _said(card, b"\xf2\x01") == b"\xf2\x01"
    assert _said(card, b"\xf2\x01") == b"\x02x" + OK


def test_the_crc_is_that_of_the_standard() -> None:
    # ISO/IEC 14443-3, annex B.
    assert crc_a(bytes.fromhex("0000")).hex() == "a01e"
    assert crc_a(bytes.fromhex("1234")).hex() == "26cf"
