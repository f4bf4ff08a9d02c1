"""A device that holds a passkey, in software: it makes one and answers as a phone or a security key does."""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40
_ES256, _P256 = -7, 1


@dataclass
class SoftKey:
    """One passkey of a site; with `sees_owner` false it does not ask who touches it."""

    origin: str
    identity: bytes = b"a passkey of the tests"
    sees_owner: bool = True
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: Mapping[str, object]) -> str:
        """Return the answer to `navigator.credentials.create`, as a browser sends it."""
        asked = _asked(options)
        host = str(cast("Mapping[str, object]", asked["rp"])["id"])
        named = struct.pack(">16sH", bytes(16), len(self.identity)) + self.identity
        data = self._data(host, _ATTESTED) + named + cbor.encode(self._public())
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._sent(
            {
                "clientDataJSON": websafe_encode(self._client("webauthn.create", asked)),
                "attestationObject": websafe_encode(attested),
            }
        )

    def answer(self, options: Mapping[str, object]) -> str:
        """Return the answer to `navigator.credentials.get`, as a browser sends it."""
        asked = _asked(options)
        client = self._client("webauthn.get", asked)
        data = self._data(str(asked["rpId"]), 0)
        signed = self.secret.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signed),
            }
        )

    def _client(self, kind: str, asked: Mapping[str, object]) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _data(self, host: str, more: int) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.sees_owner else 0) | more
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, 0)

    def _public(self) -> dict[int, object]:
        point = self.secret.public_key().public_numbers()
        return {1: 2, 3: _ES256, -1: _P256, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

    def _sent(self, response: Mapping[str, str]) -> str:
        name = websafe_encode(self.identity)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


def challenge_of(options: Mapping[str, object]) -> bytes:
    """Return the challenge a site asks with."""
    return websafe_decode(str(_asked(options)["challenge"]))


def _asked(options: Mapping[str, object]) -> Mapping[str, object]:
    return cast("Mapping[str, object]", json.loads(json.dumps(options))["publicKey"])
