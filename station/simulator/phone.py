"""The reference model of an Android phone with the school's credential SC1, version 1.

It is written from the format alone and shares nothing with the code that reads or verifies it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from station.simulator import card_crypto
from station.simulator.base45 import encode
from station.simulator.isodep import NOT_ALLOWED, NOT_FOUND, OK, SELECT_BY_NAME, App, IsoDepCard

AID = b"\xf0ROLLBOOK"
PROVE = bytes.fromhex("805a01001c")
CERTIFICATE_BYTES = 118
VERSION = 1
STEP_S = 30

_SIGNED_BYTES = 54
_ID = slice(1, 9)
_DEVICE_KEY = slice(9, 42)
_CHALLENGE_BYTES = 28
_LIFE_S = 29 * 86_400
_FOR_CERTIFICATE = b"rollbook/sc1/certificate\n"
_FOR_NFC = b"rollbook/sc1/nfc\n"
_FOR_QR = b"rollbook/sc1/qr\n"
# Known to everyone who reads this line, so no school has it in its list of issuers.
_NOBODY = hashlib.sha256(b"rollbook practise: an issuer nobody trusts").digest()


@dataclass(slots=True)
class Phone:
    """A phone with a key pair of its own and, once the school has given it one, a certificate."""

    key: bytes = field(repr=False)
    certificate: bytes | None = None
    is_locked: bool = False

    @property
    def public_key(self) -> bytes:
        """Return what the school is told at enrolment: the compressed public point."""
        return card_crypto.p256_public(self.key)

    def begin(self) -> App:
        """Begin a session over NFC: nothing is selected yet."""
        return _Session(self)

    def answer(self, challenge: bytes) -> bytes:
        """Return the certificate and the proof that this phone holds its key, or that it may not answer."""
        if self.certificate is None or len(challenge) != _CHALLENGE_BYTES:
            return NOT_ALLOWED
        message = _FOR_NFC + self.certificate[_ID] + challenge
        return self.certificate + card_crypto.p256_sign(self.key, message) + OK

    def qr(self, utc_s: int) -> str | None:
        """Return what its screen shows a scanner at this time, None before the school certified it."""
        if self.certificate is None:
            return None
        step = self.certificate[_ID] + (utc_s // STEP_S).to_bytes(4, "big")
        return "SC1Q:" + encode(step + card_crypto.p256_sign(self.key, _FOR_QR + step))


class _Session:
    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._is_selected = False

    def __call__(self, apdu: bytes) -> bytes:
        # A locked phone does not tell that the application is there.
        if self._phone.is_locked:
            return NOT_FOUND
        if apdu.startswith(SELECT_BY_NAME):
            self._is_selected = apdu[5 : 5 + apdu[4]] == AID
            return OK if self._is_selected else NOT_FOUND
        if not self._is_selected or not apdu.startswith(PROVE):
            return NOT_ALLOWED
        return self._phone.answer(apdu[5 : 5 + apdu[4]])


def certificate(identity: bytes, public_key: bytes, utc_s: int, issuer: bytes = _NOBODY) -> bytes:
    """Return a certificate that began a day ago, signed with an Ed25519 seed; the usual one nobody trusts."""
    begins = max(0, utc_s - 86_400)
    issuer_id = hashlib.sha256(card_crypto.ed25519_public(issuer)).digest()[:4]
    signed = bytes([VERSION]) + identity + public_key
    signed += begins.to_bytes(4, "big") + (begins + _LIFE_S).to_bytes(4, "big") + issuer_id
    return signed + card_crypto.ed25519_sign(issuer, _FOR_CERTIFICATE + signed)


def fits(given: bytes, public_key: bytes) -> bool:
    """Say whether these bytes look like a certificate for the phone with this key, whoever signed it."""
    is_whole = len(given) == CERTIFICATE_BYTES and given[0] == VERSION
    return is_whole and given[:_SIGNED_BYTES][_DEVICE_KEY] == public_key


def stray_phone(identity: bytes, utc_s: int) -> Phone:
    """Return the phone with this credential id (8 bytes), the same one each time, certified by nobody."""
    key = card_crypto.p256_key(hashlib.sha512(b"practise" + identity).digest())
    return Phone(key, certificate(identity, card_crypto.p256_public(key), utc_s))


def new_phone(draw: Callable[[int], bytes]) -> Phone:
    """Return a phone fresh from the shop: it has just made its key pair."""
    return Phone(card_crypto.p256_key(draw(64)))


def phone_card(phone: Phone, draw: Callable[[int], bytes]) -> IsoDepCard:
    """Return what a reader sees of a phone: another UID at each loss of the field."""
    return IsoDepCard(phone.begin, b"", draw=draw)
