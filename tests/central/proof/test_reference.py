"""What the reference tells a phone's developer is what the program does, byte by byte."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from central.domain.proof import Proof
from central.proof import Known, Shown, certificate, judge
from station import credential
from station.reader import base45
from station.simulator.base45 import encode
from sync_agent.signing import SigningKey

REFERENCE = Path(__file__).parents[3] / "docs/reference/phone-credential.md"
DEVICE = derive_private_key(
    int.from_bytes(hashlib.sha256(b"rollbook: the phone of the test vector").digest(), "big"), SECP256R1()
)
ISSUER = SigningKey(hashlib.sha256(b"rollbook: the issuer of the test vector").digest())
SCHOOL_KEY = bytes(range(32))
STATION = "st-r101"
ID = bytes.fromhex("0123456789abcdef")
FROM_S, DAYS = 1_725_897_600, 30
TAP_S = 1_725_981_900


def made() -> dict[str, str]:
    """Compute every line of the vector."""
    device = DEVICE.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    given = certificate.issue(ID, device, FROM_S, DAYS * 86_400, ISSUER).encoded()
    named = hashlib.sha256(b"rollbook/station\n" + STATION.encode()).digest()[:8]
    challenge = named + bytes(range(16)) + TAP_S.to_bytes(4, "big")
    answer = given + signed(b"rollbook/sc1/nfc\n" + ID + challenge)
    step = ID + (TAP_S // 30).to_bytes(4, "big")
    code = step + signed(b"rollbook/sc1/qr\n" + step)
    return {
        "phone's private key": f"{DEVICE.private_numbers().private_value:064x}",
        "phone's public key": device.hex(),
        "issuer's seed": hashlib.sha256(b"rollbook: the issuer of the test vector").hexdigest(),
        "issuer's public key": ISSUER.verify_key.public.hex(),
        "credential id": ID.hex(),
        "not before": str(FROM_S),
        "not after": str(FROM_S + DAYS * 86_400),
        "certificate": given.hex(),
        "station": STATION,
        "time": str(TAP_S),
        "challenge": challenge.hex(),
        "answer": answer.hex(),
        "evidence": "sc1n." + text(challenge + answer),
        "step": str(TAP_S // 30),
        "code": code.hex(),
        "code's text": "SC1Q:" + encode(code),
        "code's evidence": "sc1q." + text(code),
        "school's key": SCHOOL_KEY.hex(),
        "token": credential.token(SCHOOL_KEY, "sc1", ID.hex()).hex(),
    }


def signed(message: bytes) -> bytes:
    r, s = decode_dss_signature(DEVICE.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def folded(lines: dict[str, str]) -> str:
    """Write the vector as the reference shows it."""
    shown = []
    for name, value in lines.items():
        parts = [value[start : start + 96] for start in range(0, len(value), 96)]
        shown += [f"{name:20} {parts[0]}", *(f"{'':20} {part}" for part in parts[1:])]
    return "\n".join(shown)


def documented() -> str:
    found = re.search(r"```text\n(.*?)\n```", REFERENCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert found is not None
    return found[1]


def test_the_vector_of_the_reference_is_the_programs() -> None:
    assert documented() == folded(made())


@pytest.mark.parametrize("evidence", ["evidence", "code's evidence"])
def test_the_vector_is_proven(evidence: str) -> None:
    lines = made()
    token = bytes.fromhex(lines["token"])
    devices = {token: bytes.fromhex(lines["phone's public key"])}
    known = Known(SCHOOL_KEY, ISSUER.verify_key, None, devices.get)
    tap = Shown(lines[evidence], STATION, token, TAP_S * 1000, TAP_S * 1000 + 200, is_clock_trusted=True)
    assert judge(tap, known).proof is Proof.PROVEN


def test_the_sizes_the_reference_names_are_right() -> None:
    lines = made()
    sizes = {name: len(bytes.fromhex(lines[name])) for name in ("certificate", "challenge", "answer", "code")}
    assert sizes == {"certificate": 118, "challenge": 28, "answer": 182, "code": 76}
    told = REFERENCE.read_text(encoding="utf-8")
    characters = len("SC1Q:") + 3 * 76 // 2
    assert f"{characters} characters" in told
    # Three letters are two bytes.
    assert len(base45.decode("0" * (3 * 76 // 2))) == 76
