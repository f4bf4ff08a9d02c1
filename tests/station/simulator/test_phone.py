"""The reference phone, judged as central judges it: from its certificate, its proof and its screen."""

import hashlib
import itertools
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from station.simulator import phone
from station.simulator.base45 import encode
from station.simulator.isodep import App

ID = bytes.fromhex("0123456789abcdef")
NOW_S = 1_790_000_000
CHALLENGE = bytes(range(28))
ISSUER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SELECT = bytes.fromhex("00a4040009f0524f4c4c424f4f4b00")
PROVE = bytes.fromhex("805a01001c") + CHALLENGE + b"\x00"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def _drawn(size: int) -> bytes:
    return hashlib.shake_256(b"test").digest(size)


def _certified() -> phone.Phone:
    bought = phone.new_phone(_drawn)
    given = phone.certificate(ID, bought.public_key, NOW_S, ISSUER.private_bytes_raw())
    bought.certificate = given
    return bought


def _verify(public: bytes, signature: bytes, message: bytes) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))


def _selected(owner: phone.Phone) -> App:
    app = owner.begin()
    assert app(SELECT) == b"\x90\x00"
    return app


def _base45(text: str) -> bytes:
    data = b""
    for at in range(0, len(text), 3):
        three = text[at : at + 3]
        value = sum(LETTERS.index(letter) * 45**power for power, letter in enumerate(three))
        data += value.to_bytes(len(three) - 1, "big")
    return data


def test_a_certificate_is_what_the_format_says_and_signed_by_its_issuer() -> None:
    owner = _certified()
    given = owner.certificate
    assert given is not None
    signed, signature = given[:54], given[54:]
    public = ISSUER.public_key().public_bytes_raw()
    assert (len(given), signed[0], signed[1:9], signed[9:42]) == (118, 1, ID, owner.public_key)
    begins, ends = (int.from_bytes(signed[at : at + 4], "big") for at in (42, 46))
    assert begins < NOW_S < ends <= begins + 30 * 86_400
    assert signed[50:] == hashlib.sha256(public).digest()[:4]
    ISSUER.public_key().verify(signature, b"rollbook/sc1/certificate\n" + signed)


def test_a_proof_is_the_certificate_and_a_signature_over_the_challenge_alone() -> None:
    owner = _certified()
    answer = _selected(owner)(PROVE)
    assert (len(answer), answer[:118], answer[-2:]) == (184, owner.certificate, b"\x90\x00")
    _verify(owner.public_key, answer[118:182], b"rollbook/sc1/nfc\n" + ID + CHALLENGE)
    with pytest.raises(InvalidSignature):
        _verify(owner.public_key, answer[118:182], b"rollbook/sc1/nfc\n" + ID + bytes(28))


def test_a_screen_shows_the_step_of_its_time_signed() -> None:
    owner = _certified()
    shown = owner.qr(NOW_S)
    assert shown is not None
    assert shown.startswith("SC1Q:")
    data = _base45(shown.removeprefix("SC1Q:"))
    assert (len(data), data[:8], int.from_bytes(data[8:12], "big")) == (76, ID, NOW_S // 30)
    _verify(owner.public_key, data[12:], b"rollbook/sc1/qr\n" + data[:12])


def _refusals() -> dict[str, tuple[Callable[[], App], bytes, str]]:
    locked = _certified()
    locked.is_locked = True
    return {
        "before it was selected": (_certified().begin, PROVE, "6985"),
        "another application": (_certified().begin, bytes.fromhex("00a4040002f05200"), "6a82"),
        "locked": (locked.begin, SELECT, "6a82"),
        "locked after it was selected": (locked.begin, PROVE, "6a82"),
        "a challenge too short": (lambda: _selected(_certified()), bytes.fromhex("805a01001b"), "6985"),
        "without a certificate": (lambda: _selected(phone.new_phone(_drawn)), PROVE, "6985"),
    }


@pytest.mark.parametrize("case", _refusals())
def test_a_phone_does_not_prove_itself(case: str) -> None:
    begin, apdu, status = _refusals()[case]
    assert begin()(apdu).hex() == status


def test_a_phone_without_a_certificate_shows_nothing() -> None:
    assert phone.new_phone(_drawn).qr(NOW_S) is None


def test_a_new_activation_is_a_new_session() -> None:
    card = phone.phone_card(_certified(), _drawn)
    card.transceive(b"\xe0\x80")
    assert card.transceive(b"\x02" + SELECT) == b"\x02\x90\x00"
    card.transceive(b"\xe0\x80")
    assert card.transceive(b"\x02" + PROVE) == b"\x02" + bytes.fromhex("6985")


def test_a_stray_phone_is_the_same_one_each_time_and_nobody_s() -> None:
    one, two = (phone.stray_phone(ID, NOW_S) for _ in range(2))
    assert one == two
    assert one.public_key != phone.stray_phone(bytes(8), NOW_S).public_key
    assert one.certificate is not None
    assert phone.fits(one.certificate, one.public_key)
    assert one.certificate[1:9] == ID
    with pytest.raises(InvalidSignature):
        ISSUER.public_key().verify(one.certificate[54:], b"rollbook/sc1/certificate\n" + one.certificate[:54])


def test_a_certificate_fits_its_own_phone_alone() -> None:
    given = phone.certificate(ID, _certified().public_key, NOW_S)
    assert phone.fits(given, _certified().public_key)
    assert not phone.fits(given, phone.stray_phone(ID, NOW_S).public_key)
    assert not phone.fits(given[:-1], _certified().public_key)
    assert not phone.fits(b"\x02" + given[1:], _certified().public_key)


def test_a_phone_has_another_number_after_each_loss_of_the_field() -> None:
    numbers = itertools.count(1)
    card = phone.phone_card(_certified(), lambda size: bytes([next(numbers)]) * size)
    first = card.uid
    card.power_off()
    assert first[0] == card.uid[0] == 0x08
    assert first != card.uid


def test_a_key_never_shows_in_a_phone_s_description() -> None:
    assert _certified().key.hex() not in repr(_certified())
    assert repr(_certified().key) not in repr(_certified())


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"", "")]
)
def test_base45_is_that_of_its_standard(data: bytes, text: str) -> None:
    # The examples of RFC 9285, section 4.3.
    assert encode(data) == text
