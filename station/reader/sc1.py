"""The school's phone credential SC1: what a station asks a phone, and the evidence it makes of the answer.

A phone answers to the application identifier F0 "ROLLBOOK" (proprietary, category F of ISO/IEC 7816-5):

    SELECT  00 A4 04 00 09 <AID> 00                 ->  9000
    PROVE   80 5A 01 00 14 <challenge, 20 bytes> 00 ->  <credential id, 8 bytes> <proof> 9000

challenge = 16 random bytes, then the station's UTC seconds since 1970 (4 bytes, big-endian);
evidence  = base64url without padding of challenge, credential id and proof, in that order.

The station does not judge the proof: it holds no key. Central does, from the evidence.
"""

import base64

from station.reader import Credential, Reason

AID = b"\xf0ROLLBOOK"
SELECT = (0x00, 0xA4, 0x04, 0x00)
PROVE = (0x80, 0x5A, 0x01, 0x00)
NONCE_BYTES = 16
CHALLENGE_BYTES = NONCE_BYTES + 4
ID_BYTES = 8
MAX_ANSWER_BYTES = 256


def challenge(nonce: bytes, wall_ms: int) -> bytes:
    """Return what a phone has to answer for; `nonce` is 16 fresh random bytes."""
    return nonce + (wall_ms // 1000 & 0xFFFFFFFF).to_bytes(4, "big")


def credential(asked: bytes, answer: bytes) -> Credential | Reason:
    """Return the credential a phone's answer (without its status word) names."""
    identity, proof = answer[:ID_BYTES], answer[ID_BYTES:]
    if not any(identity) or not proof or len(answer) > MAX_ANSWER_BYTES:
        return Reason.MALFORMED
    evidence = base64.urlsafe_b64encode(asked + answer).rstrip(b"=").decode()
    return Credential("sc1", identity.hex(), "iso-dep", 3, evidence)
