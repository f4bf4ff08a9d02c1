"""The certificate a school gives a phone: 118 bytes at fixed places, told byte by byte in the reference."""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from sync_agent.signing import ALGORITHM, Signature, SignatureError, SigningKey, VerifyKey

CERTIFICATE_BYTES: Final = 118
ID_BYTES: Final = 8
DEVICE_KEY_BYTES: Final = 33
SIGNATURE_BYTES: Final = 64
LONGEST_LIFE_S: Final = 30 * 86_400
_VERSION: Final = b"\x01"
_SIGNED_BYTES: Final = 54
_ISSUER_BYTES: Final = 4
_FOR_CERTIFICATE: Final = b"rollbook/sc1/certificate\n"


class CertificateError(ValueError):
    """Say that bytes are no certificate of this version, or that one cannot be made."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """That a phone's key stands for a credential for a time; instants are whole seconds UTC since 1970."""

    credential_id: bytes
    device_key: bytes
    not_before_s: int
    not_after_s: int
    issuer_id: bytes
    signature: bytes

    def signed_bytes(self) -> bytes:
        """Return what the school signs, without the words that tell its purpose."""
        span = self.not_before_s.to_bytes(4, "big") + self.not_after_s.to_bytes(4, "big")
        return _VERSION + self.credential_id + self.device_key + span + self.issuer_id

    def encoded(self) -> bytes:
        """Return the whole certificate."""
        return self.signed_bytes() + self.signature

    def is_signed_by(self, issuer: VerifyKey) -> bool:
        """Tell whether the school with this key issued it."""
        try:
            issuer.verify(
                _FOR_CERTIFICATE + self.signed_bytes(), Signature(issuer.kid, ALGORITHM, self.signature)
            )
        except SignatureError:
            return False
        return True


def parse(data: bytes) -> Certificate:
    """Take a certificate apart; raises CertificateError for another length or version."""
    if len(data) != CERTIFICATE_BYTES or not data.startswith(_VERSION):
        msg = "these bytes are no certificate of version 1"
        raise CertificateError(msg)
    return Certificate(
        credential_id=data[1:9],
        device_key=data[9:42],
        not_before_s=int.from_bytes(data[42:46], "big"),
        not_after_s=int.from_bytes(data[46:50], "big"),
        issuer_id=data[50:_SIGNED_BYTES],
        signature=data[_SIGNED_BYTES:],
    )


def issue(
    credential_id: bytes, device_key: bytes, not_before_s: int, life_s: int, issuer: SigningKey
) -> Certificate:
    """Certify a phone's key; raises CertificateError for no point of the curve, or too long a life."""
    if not 0 < life_s <= LONGEST_LIFE_S:
        msg = f"a certificate lasts at most {LONGEST_LIFE_S // 86_400} days"
        raise CertificateError(msg)
    _public_key(device_key)
    blank = Certificate(
        credential_id, device_key, not_before_s, not_before_s + life_s, issuer_id(issuer.verify_key), b""
    )
    return parse(blank.signed_bytes() + issuer.sign(_FOR_CERTIFICATE + blank.signed_bytes()).sig)


def issuer_id(issuer: VerifyKey) -> bytes:
    """Return the four bytes a certificate names its issuer by."""
    return hashlib.sha256(issuer.public).digest()[:_ISSUER_BYTES]


def is_signed_by_device(device_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether r and s (32 bytes each) are the ECDSA signature, with SHA-256, of a phone's key."""
    half = SIGNATURE_BYTES // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    try:
        _public_key(device_key).verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except (InvalidSignature, CertificateError):
        return False
    return True


def _public_key(device_key: bytes) -> EllipticCurvePublicKey:
    # Only the compressed form is taken: one key must not go by two names.
    if len(device_key) != DEVICE_KEY_BYTES:
        msg = f"a phone's public key has {DEVICE_KEY_BYTES} bytes (P-256, compressed), not {len(device_key)}"
        raise CertificateError(msg)
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), device_key)
    except ValueError as error:
        msg = "the phone's public key is no point of the curve P-256"
        raise CertificateError(msg) from error
