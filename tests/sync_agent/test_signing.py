"""Notes and signatures: what is proven, and what is refused."""

import base64

import pytest

from sync_agent.signing import (
    Signature,
    SignatureError,
    SigningKey,
    VerifyKey,
    kid,
    open_note,
    open_seal,
    open_text,
    sign_note,
    sign_seal,
    sign_text,
)

STATION_KEY = SigningKey(bytes(range(32)))
OTHER_KEY = SigningKey(bytes(range(1, 33)))
HASH = bytes(range(100, 132))


def test_a_key_is_named_by_the_hash_of_its_public_half() -> None:
    assert STATION_KEY.kid == kid(STATION_KEY.verify_key.public)
    assert len(STATION_KEY.kid) == 16
    assert STATION_KEY.kid != OTHER_KEY.kid


def test_a_key_survives_being_written_as_hex() -> None:
    again = SigningKey.from_hex(bytes(range(32)).hex() + "\n")
    pinned = VerifyKey.from_hex(STATION_KEY.verify_key.public.hex())
    pinned.verify(b"a batch", again.sign(b"a batch"))


@pytest.mark.parametrize("text", ["", "zz" * 32, "00" * 31, "00" * 33])
def test_a_key_of_the_wrong_form_is_refused(text: str) -> None:
    with pytest.raises(SignatureError):
        SigningKey.from_hex(text)
    with pytest.raises(SignatureError):
        VerifyKey.from_hex(text)


def test_a_private_key_never_shows_itself() -> None:
    assert bytes(range(32)).hex() not in repr(STATION_KEY)
    assert "***" in repr(STATION_KEY)


def test_a_signature_covers_every_byte() -> None:
    signature = STATION_KEY.sign(b"entries")
    STATION_KEY.verify_key.verify(b"entries", signature)
    with pytest.raises(SignatureError):
        STATION_KEY.verify_key.verify(b"entriez", signature)
    with pytest.raises(SignatureError):
        OTHER_KEY.verify_key.verify(b"entries", signature)
    for changed in (
        Signature(OTHER_KEY.kid, signature.alg, signature.sig),
        Signature(signature.kid, "p256", signature.sig),
        Signature(signature.kid, signature.alg, signature.sig[:-1]),
    ):
        with pytest.raises(SignatureError):
            STATION_KEY.verify_key.verify(b"entries", changed)


def test_a_note_is_opened_as_it_was_signed() -> None:
    signed = sign_note("ack", {"station": "st-r101", "name": "salón", "seq": 7}, STATION_KEY)
    assert signed["note"] == '{"station":"st-r101","name":"salón","seq":7}'
    assert open_note("ack", signed, STATION_KEY.verify_key) == {
        "station": "st-r101",
        "name": "salón",
        "seq": 7,
    }


def test_a_note_signed_for_one_purpose_proves_nothing_for_another() -> None:
    signed = sign_note("beacon", {"seq": 7}, STATION_KEY)
    with pytest.raises(SignatureError, match="not over these bytes"):
        open_note("ack", signed, STATION_KEY.verify_key)


def test_a_purpose_nobody_agreed_on_is_refused() -> None:
    with pytest.raises(SignatureError, match="purpose"):
        sign_note("lunch", {}, STATION_KEY)


@pytest.mark.parametrize(
    "signed",
    [
        None,
        [],
        "note",
        {},
        {"note": 3},
        {"note": "{}"},
        {"note": "{}", "kid": STATION_KEY.kid, "alg": "ed25519", "sig": "?"},
        {"note": "{}", "kid": STATION_KEY.kid, "alg": "ed25519", "sig": "é"},
        {"note": "\ud800", "kid": STATION_KEY.kid, "alg": "ed25519", "sig": ""},
    ],
)
def test_what_is_not_a_signed_note_is_refused(signed: object) -> None:
    with pytest.raises(SignatureError):
        open_note("ack", signed, STATION_KEY.verify_key)


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000])
def test_a_proven_text_that_is_no_object_is_refused_as_a_note(text: str) -> None:
    signed = sign_text("ack", text, STATION_KEY)
    assert open_text("ack", signed, STATION_KEY.verify_key) == text
    with pytest.raises(SignatureError):
        open_note("ack", signed, STATION_KEY.verify_key)


def test_a_signature_has_one_spelling() -> None:
    members: dict[str, object] = dict(STATION_KEY.sign(b"x").members())
    text = str(members["sig"])
    assert text.endswith("==")
    # 64 bytes leave four spare bits in the last letter: setting one gives the same bytes.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spare = text[:-3] + alphabet[alphabet.index(text[-3]) + 1] + "=="
    assert base64.b64decode(spare) == base64.b64decode(text)
    with pytest.raises(SignatureError, match="canonical"):
        Signature.of({**members, "sig": spare})


def test_a_seal_proves_one_head_of_one_station_and_epoch() -> None:
    payload = sign_seal("st-r101", 99, 640, HASH, STATION_KEY)
    assert list(payload) == ["kid", "alg", "seq", "h", "sig"]
    assert open_seal("st-r101", 99, payload, STATION_KEY.verify_key) == (640, HASH)
    for station, epoch, changed in (
        ("st-r102", 99, payload),
        ("st-r101", 98, payload),
        ("st-r101", 99, {**payload, "seq": 641}),
        ("st-r101", 99, {**payload, "seq": True}),
        ("st-r101", 99, {**payload, "h": bytes(32).hex()}),
        ("st-r101", 99, {**payload, "h": "0"}),
        ("st-r101", 99, {"seq": 640}),
    ):
        with pytest.raises(SignatureError):
            open_seal(station, epoch, changed, STATION_KEY.verify_key)
