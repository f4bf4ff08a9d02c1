"""The school's phone credential SC1: what a station asks a phone, and the evidence it makes of the answer.

A phone answers to the application identifier F0 "ROLLBOOK" (proprietary, category F of ISO/IEC 7816-5):

    SELECT  00 A4 04 00 09 <AID> 00                 ->  9000
    PROVE   80 5A 01 00 1C <challenge, 28 bytes> 00 ->  <certificate, 118 bytes> <signature, 64 bytes> 9000

challenge = the station's hash (8 bytes), 16 random bytes, UTC seconds since 1970 (4 bytes, big-endian);
the certificate begins with its version 01 and the credential's id (8 bytes). To a scanner a phone shows
`SC1Q:` and, in Base45, id (8 bytes), step of 30 seconds (4 bytes) and signature (64 bytes).

The station does not judge a proof: it holds no key. Central does, from the evidence.
"""

import base64
import hashlib

from station.reader import Credential, Reason, base45

AID = b"\xf0ROLLBOOK"
SELECT = (0x00, 0xA4, 0x04, 0x00)
PROVE = (0x80, 0x5A, 0x01, 0x00)
NONCE_BYTES = 16
STATION_BYTES = 8
CHALLENGE_BYTES = STATION_BYTES + NONCE_BYTES + 4
ID_BYTES = 8
ANSWER_BYTES = 118 + 64
QR_BYTES = ID_BYTES + 4 + 64

_VERSION = b"\x01"


def challenge(station: str, nonce: bytes, wall_ms: int) -> bytes:
    """Return what a phone has to answer for at this station; `nonce` is 16 fresh random bytes."""
    named = hashlib.sha256(b"rollbook/station\n" + station.encode()).digest()[:STATION_BYTES]
    return named + nonce + (wall_ms // 1000 & 0xFFFFFFFF).to_bytes(4, "big")


def credential(asked: bytes, answer: bytes) -> Credential | Reason:
    """Return the credential a phone's answer (without its status word) names."""
    identity = answer[1 : 1 + ID_BYTES]
    if len(answer) != ANSWER_BYTES or not answer.startswith(_VERSION) or not any(identity):
        return Reason.MALFORMED
    return Credential("sc1", identity.hex(), "iso-dep", 3, _evidence("sc1n", asked + answer))


def shown(text: str) -> Credential | Reason:
    """Return the credential of a QR code; `text` is what follows `SC1Q:`."""
    try:
        proof = base45.decode(text)
    except ValueError:
        return Reason.MALFORMED
    identity = proof[:ID_BYTES]
    if len(proof) != QR_BYTES or not any(identity):
        return Reason.MALFORMED
    return Credential("sc1", identity.hex(), "scanner", 2, _evidence("sc1q", proof))


def _evidence(kind: str, proof: bytes) -> str:
    return f"{kind}.{base64.urlsafe_b64encode(proof).rstrip(b'=').decode()}"
