"""The phone credential's challenge and evidence, to the byte."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.reader import Credential, Reason, sc1

NONCE = bytes(range(16))
WALL_MS = 1_789_000_000_999
IDENTITY = bytes.fromhex("0123456789abcdef")
CERTIFICATE = b"\x01" + IDENTITY + bytes(range(33)) + bytes(76)
SIGNATURE = bytes(range(64))
# The first eight bytes of SHA-256 of "rollbook/station", a line feed and "room-204".
ROOM_204 = "e28e932891422489"

NFC_EVIDENCE = (
    "sc1n.4o6TKJFCJIkAAQIDBAUGBwgJCgsMDQ4PaqH5QAEBI0VniavN7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fIA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4_"
)
# The id, the step 59,633,333 (1,789,000,000 s in units of 30) and the signature.
QR_TEXT = (
    "L60$Y88IHO1Q9K0:7U100KB0*M0DY0W016C1PN1:Y1I12$C2BO2UZ2423ND3.O3G 3Z249E4SP42$4L35+E5EQ5X$5746QF60R6J%"
    "6%47CG7VR75*7"
)
QR_EVIDENCE = (
    "sc1q.ASNFZ4mrze8Dje61AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7"
    "PD0-Pw"
)


def test_a_challenge_names_the_station_and_the_second_it_was_made_in() -> None:
    assert sc1.challenge("room-204", NONCE, WALL_MS).hex() == ROOM_204 + NONCE.hex() + "6aa1f940"


def test_no_two_stations_ask_alike() -> None:
    assert sc1.challenge("room-204", NONCE, WALL_MS) != sc1.challenge("room-205", NONCE, WALL_MS)


def test_the_application_identifier_is_proprietary_and_short_enough() -> None:
    assert sc1.AID.hex() == "f0524f4c4c424f4f4b"
    assert len(sc1.AID) <= 16


def test_the_evidence_of_a_phone_is_challenge_certificate_and_signature() -> None:
    asked = sc1.challenge("room-204", NONCE, WALL_MS)
    found = sc1.credential(asked, CERTIFICATE + SIGNATURE)
    assert found == Credential("sc1", IDENTITY.hex(), "iso-dep", 3, NFC_EVIDENCE)
    assert base64.urlsafe_b64decode(NFC_EVIDENCE[5:]) == asked + CERTIFICATE + SIGNATURE


def test_the_evidence_of_a_phone_s_screen_is_id_step_and_signature() -> None:
    assert sc1.shown(QR_TEXT) == Credential("sc1", IDENTITY.hex(), "scanner", 2, QR_EVIDENCE)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        IDENTITY + SIGNATURE,
        (CERTIFICATE + SIGNATURE)[:-1],
        CERTIFICATE + SIGNATURE + b"\x00",
        b"\x02" + (CERTIFICATE + SIGNATURE)[1:],
        b"\x01" + bytes(8) + (CERTIFICATE + SIGNATURE)[9:],
    ],
    ids=["nothing", "the old form", "too short", "too long", "another version", "nobody"],
)
def test_an_answer_of_another_form_is_malformed(answer: bytes) -> None:
    assert sc1.credential(bytes(28), answer) is Reason.MALFORMED


@pytest.mark.parametrize("text", [QR_TEXT[:-3], QR_TEXT + "000", QR_TEXT.lower(), "", 114 * "0", "GGW"])
def test_a_screen_that_shows_another_form_is_malformed(text: str) -> None:
    assert sc1.shown(text) is Reason.MALFORMED


@given(st.binary(max_size=300))
def test_no_answer_is_too_odd_to_be_judged(answer: bytes) -> None:
    assert isinstance(sc1.credential(bytes(28), answer), Credential | Reason)


def test_a_credential_does_not_show_its_number_when_printed() -> None:
    assert "0123456789abcdef" not in repr(Credential("sc1", "0123456789abcdef", "iso-dep", 3, "evidence"))
    assert "evidence" not in str(Credential("sc1", "0123456789abcdef", "iso-dep", 3, "evidence"))
