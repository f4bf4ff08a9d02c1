"""Published: Ed25519 keys, signatures and signed notes, shared by both ends of the wire."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync_agent.errors import SignatureError

__all__ = [
    "Signature",
    "SignatureError",
    "SigningKey",
    "VerifyKey",
    "kid",
    "open_note",
    "open_seal",
    "open_text",
    "sign_note",
    "sign_seal",
    "sign_text",
]

ALGORITHM = "ed25519"
PURPOSES = frozenset(
    {
        "ack",
        "beacon",
        "roster",
        "epoch",
        "seal",
        "refusal",
        "digests",
        "config",
        "certificate",
        "school-certificate",
        "checkpoint",
        "kit",
        "hand-over",
        "packet",
        "key",
        "successor",
        "audit-head",
        "destruction",
    }
)
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64


def kid(public: bytes) -> str:
    """Return the short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature, the algorithm that made it and the name of the key."""

    kid: str
    alg: str
    sig: bytes

    def members(self) -> dict[str, str]:
        """Return the signature as it stands in JSON: `kid`, `alg`, `sig` (base64 with padding)."""
        return {"kid": self.kid, "alg": self.alg, "sig": base64.b64encode(self.sig).decode("ascii")}

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a signature from decoded JSON; only the one canonical base64 text is accepted.

        Raises SignatureError.
        """
        name, alg, text = members.get("kid"), members.get("alg"), members.get("sig")
        if not (isinstance(name, str) and isinstance(alg, str) and isinstance(text, str)):
            msg = "a signature needs the texts kid, alg and sig"
            raise SignatureError(msg)
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            msg = "a signature is not base64"
            raise SignatureError(msg) from error
        # base64 has spare bits: two texts could stand for one signature.
        if base64.b64encode(raw).decode("ascii") != text:
            msg = "a signature is not in canonical base64"
            raise SignatureError(msg)
        return cls(name, alg, raw)


class VerifyKey:
    """A pinned public key."""

    __slots__ = ("_key", "kid", "public")

    def __init__(self, public: bytes) -> None:
        if len(public) != _KEY_BYTES:
            msg = f"a public key has {_KEY_BYTES} bytes, not {len(public)}"
            raise SignatureError(msg)
        self._key = Ed25519PublicKey.from_public_bytes(public)
        self.public = public
        self.kid = kid(public)

    def __repr__(self) -> str:
        return f"VerifyKey(kid={self.kid!r})"

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read a public key from 64 hex digits, surrounding space allowed.

        Raises SignatureError.
        """
        return cls(_from_hex(text, "public key"))

    def verify(self, data: bytes, signature: Signature) -> None:
        """Return only if `signature` is this key's over exactly `data`; raise SignatureError otherwise."""
        if signature.alg != ALGORITHM:
            msg = "the signature is by an algorithm that is not in use here"
            raise SignatureError(msg)
        if signature.kid != self.kid:
            msg = f"the signature is by another key than {self.kid}"
            raise SignatureError(msg)
        if len(signature.sig) != _SIGNATURE_BYTES:
            msg = f"a signature has {_SIGNATURE_BYTES} bytes, not {len(signature.sig)}"
            raise SignatureError(msg)
        try:
            self._key.verify(signature.sig, data)
        except InvalidSignature as error:
            msg = f"the signature by {self.kid} is not over these bytes"
            raise SignatureError(msg) from error


class SigningKey:
    """A private key, masked wherever it might be printed."""

    __slots__ = ("_key", "verify_key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != _KEY_BYTES:
            msg = f"a private key has {_KEY_BYTES} bytes, not {len(seed)}"
            raise SignatureError(msg)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        # The long way round: 32-bit boards have the system's cryptography, which may be of 2022.
        self.verify_key = VerifyKey(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r}, seed=***)"

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read a private seed from 64 hex digits, surrounding space allowed.

        Raises SignatureError.
        """
        return cls(_from_hex(text, "private key"))

    @property
    def kid(self) -> str:
        """Return the name of the public half."""
        return self.verify_key.kid

    def sign(self, data: bytes) -> Signature:
        """Sign exactly `data`."""
        return Signature(self.kid, ALGORITHM, self._key.sign(data))


def sign_text(purpose: str, note: str, key: SigningKey) -> dict[str, str]:
    """Sign an exact text for one purpose; the result is the wire's Signed object."""
    return {"note": note, **key.sign(_signed_bytes(purpose, note)).members()}


def open_text(purpose: str, signed: object, key: VerifyKey) -> str:
    """Return the text of a Signed object once its signature is proven.

    Raises SignatureError for anything that is not this purpose's note by this key.
    """
    if not isinstance(signed, Mapping):
        msg = f"the {purpose} is not a signed note"
        raise SignatureError(msg)
    note = signed.get("note")
    if not isinstance(note, str):
        msg = f"the {purpose} has no note"
        raise SignatureError(msg)
    key.verify(_signed_bytes(purpose, note), Signature.of(signed))
    return note


def sign_note(purpose: str, fields: Mapping[str, object], key: SigningKey) -> dict[str, str]:
    """Write `fields` as compact JSON in their given order and sign that text."""
    return sign_text(purpose, _compact(fields), key)


def open_note(purpose: str, signed: object, key: VerifyKey) -> dict[str, object]:
    """Return the fields of a Signed object once its signature is proven.

    Raises SignatureError, also when the proven text is not a JSON object.
    """
    try:
        fields = json.loads(open_text(purpose, signed, key))
    except (ValueError, RecursionError) as error:
        msg = f"the note of the {purpose} is not JSON"
        raise SignatureError(msg) from error
    if not isinstance(fields, dict):
        msg = f"the note of the {purpose} is not a JSON object"
        raise SignatureError(msg)
    return fields


def sign_seal(station: str, epoch: int, seq: int, h: bytes, key: SigningKey) -> dict[str, object]:
    """Return the payload of a seal entry: the journal's head signed by the station.

    The note that is signed is compact JSON of station, epoch, seq and h (hex) in this order; the
    entry keeps only what cannot be rebuilt from its place in the journal.
    """
    signature = key.sign(_signed_bytes("seal", _seal_note(station, epoch, seq, h))).members()
    return {
        "kid": signature["kid"],
        "alg": signature["alg"],
        "seq": seq,
        "h": h.hex(),
        "sig": signature["sig"],
    }


def open_seal(station: str, epoch: int, payload: Mapping[str, object], key: VerifyKey) -> tuple[int, bytes]:
    """Return the sequence and hash a seal entry's payload proves for that station and epoch.

    Raises SignatureError.
    """
    seq, h = payload.get("seq"), payload.get("h")
    if not isinstance(seq, int) or isinstance(seq, bool) or not isinstance(h, str):
        msg = "a seal needs seq and h"
        raise SignatureError(msg)
    digest = _from_hex(h, "sealed hash")
    key.verify(_signed_bytes("seal", _seal_note(station, epoch, seq, digest)), Signature.of(payload))
    return seq, digest


def _seal_note(station: str, epoch: int, seq: int, h: bytes) -> str:
    return _compact({"station": station, "epoch": epoch, "seq": seq, "h": h.hex()})


def _compact(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _signed_bytes(purpose: str, note: str) -> bytes:
    if purpose not in PURPOSES:
        msg = f"nothing is signed for the purpose {purpose!r}; choose one of {', '.join(sorted(PURPOSES))}"
        raise SignatureError(msg)
    try:
        return b"rollbook/" + purpose.encode("ascii") + b"/1\n" + note.encode()
    except UnicodeEncodeError as error:
        msg = f"the note of the {purpose} is not Unicode text"
        raise SignatureError(msg) from error


def _from_hex(text: str, what: str) -> bytes:
    try:
        raw = bytes.fromhex(text.strip())
    except ValueError as error:
        msg = f"a {what} is written as {2 * _KEY_BYTES} hex digits"
        raise SignatureError(msg) from error
    if len(raw) != _KEY_BYTES:
        msg = f"a {what} is written as {2 * _KEY_BYTES} hex digits"
        raise SignatureError(msg)
    return raw
