"""The phone credential's challenge and evidence, to the byte."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from station.reader import Credential, Reason, sc1

NONCE = bytes(range(16))
IDENTITY = bytes.fromhex("0123456789abcdef")


def test_a_challenge_is_the_nonce_and_the_second_it_was_made_in() -> None:
    assert sc1.challenge(NONCE, 1_789_000_000_999).hex() == NONCE.hex() + "6aa1f940"


def test_the_application_identifier_is_proprietary_and_short_enough() -> None:
    assert sc1.AID.hex() == "f0524f4c4c424f4f4b"
    assert len(sc1.AID) <= 16


@given(st.binary(min_size=1, max_size=200))
def test_the_evidence_holds_all_that_central_needs(proof: bytes) -> None:
    asked = sc1.challenge(NONCE, 0)
    found = sc1.credential(asked, IDENTITY + proof)
    assert isinstance(found, Credential)
    assert found[:4] == ("sc1", "0123456789abcdef", "iso-dep", 3)
    assert found.evidence is not None
    padded = found.evidence + "=" * (-len(found.evidence) % 4)
    assert base64.urlsafe_b64decode(padded) == asked + IDENTITY + proof


@given(st.one_of(st.binary(max_size=8), st.binary(max_size=40).map(lambda tail: bytes(8) + tail)))
def test_an_answer_without_identity_or_proof_is_malformed(answer: bytes) -> None:
    assert sc1.credential(b"", answer) is Reason.MALFORMED


def test_a_credential_does_not_show_its_number_when_printed() -> None:
    assert "0123456789abcdef" not in repr(Credential("sc1", "0123456789abcdef", "iso-dep", 3, "evidence"))
    assert "evidence" not in str(Credential("sc1", "0123456789abcdef", "iso-dep", 3, "evidence"))
