"""Verify what a phone with the school's credential SC1 left: an answer over NFC, or a code on its screen."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Final

from central.domain.proof import Proof, Reason
from central.proof import certificate
from central.proof.certificate import CERTIFICATE_BYTES, ID_BYTES, SIGNATURE_BYTES, Certificate
from central.proof.judgement import Judged, Known, Shown
from station import credential

STEP_S: Final = 30
_STATION_BYTES: Final = 8
_NONCE: Final = slice(8, 24)
_ASKED_AT: Final = slice(24, 28)
_CHALLENGE_BYTES: Final = 28
_NFC_BYTES: Final = _CHALLENGE_BYTES + CERTIFICATE_BYTES + SIGNATURE_BYTES
_STEP: Final = slice(8, 12)
_QR_BYTES: Final = ID_BYTES + 4 + SIGNATURE_BYTES
_FOR_NFC: Final = b"rollbook/sc1/nfc\n"
_FOR_QR: Final = b"rollbook/sc1/qr\n"
_FOR_STATION: Final = b"rollbook/station\n"
# The station asks, reads and writes within seconds; a minute more forgives a clock that is being set.
_ASKED_WITHIN_MS: Final = 60_000
# A code stands for half a minute: a time known less well cannot tell a fresh one from an old one.
_TIMED_WITHIN_MS: Final = 60_000


def judge_nfc(text: str, shown: Shown, known: Known) -> Judged:
    """Judge an answer over NFC: whose certificate, whose signature, at which station, when."""
    data = _decoded(text, _NFC_BYTES)
    if data is None:
        return Judged(Proof.UNPROVEN, Reason.UNREADABLE)
    asked, proof = data[:_CHALLENGE_BYTES], data[_CHALLENGE_BYTES + CERTIFICATE_BYTES :]
    try:
        phone = certificate.parse(data[_CHALLENGE_BYTES:-SIGNATURE_BYTES])
    except certificate.CertificateError:
        return Judged(Proof.UNPROVEN, Reason.UNREADABLE)
    if known.issuer is None or phone.issuer_id != certificate.issuer_id(known.issuer):
        return Judged(Proof.UNPROVEN, Reason.NO_KEY)
    if not phone.is_signed_by(known.issuer):
        return Judged(Proof.REFUTED, Reason.BAD_CERTIFICATE)
    if not certificate.is_signed_by_device(phone.device_key, proof, _FOR_NFC + phone.credential_id + asked):
        return Judged(Proof.REFUTED, Reason.FORGED)
    token = _token(phone.credential_id, known)
    once = f"sc1n:{token.hex()}:{asked[_NONCE].hex()}"
    return _outcome(token, once, shown, lambda: _nfc_fault(asked, phone, shown))


def judge_qr(text: str, shown: Shown, known: Known) -> Judged:
    """Judge a code from a phone's screen under the key its credential was issued for."""
    data = _decoded(text, _QR_BYTES)
    if data is None:
        return Judged(Proof.UNPROVEN, Reason.UNREADABLE)
    named = data[: ID_BYTES + 4]
    token = _token(data[:ID_BYTES], known)
    key = known.device_key(token)
    if key is None:
        return Judged(Proof.UNPROVEN, Reason.NO_KEY)
    if not certificate.is_signed_by_device(key, data[ID_BYTES + 4 :], _FOR_QR + named):
        return Judged(Proof.REFUTED, Reason.FORGED)
    step = int.from_bytes(data[_STEP], "big")
    once = f"sc1q:{token.hex()}:{step}"
    return _outcome(token, once, shown, lambda: _qr_fault(step, shown))


def station_hash(station: str) -> bytes:
    """Return the eight bytes a challenge names its station by."""
    return hashlib.sha256(_FOR_STATION + station.encode()).digest()[:_STATION_BYTES]


def _outcome(token: bytes, once: str, shown: Shown, fault: Callable[[], Reason | None]) -> Judged:
    """Answer for evidence whose signature holds."""
    if shown.token is not None and shown.token != token:
        return Judged(Proof.REFUTED, Reason.OTHER_CREDENTIAL, token, once)
    reason = fault()
    if reason is None:
        return Judged(Proof.PROVEN, None, token, once)
    return Judged(Proof.UNPROVEN if reason is Reason.UNTIMED else Proof.REFUTED, reason, token, once)


def _nfc_fault(asked: bytes, phone: Certificate, shown: Shown) -> Reason | None:
    if asked[:_STATION_BYTES] != station_hash(shown.station):
        return Reason.OTHER_STATION
    earliest_ms, latest_ms = shown.earliest_ms, shown.latest_ms
    if latest_ms is not None and latest_ms < phone.not_before_s * 1000:
        return Reason.NOT_YET_VALID
    # The last second of a certificate belongs to it whole.
    ends_ms = (phone.not_after_s + 1) * 1000
    if earliest_ms is not None and earliest_ms >= ends_ms:
        return Reason.EXPIRED
    if shown.is_clock_trusted and _is_far(int.from_bytes(asked[_ASKED_AT], "big") * 1000, shown):
        return Reason.OTHER_TIME
    if earliest_ms is None or latest_ms is None:
        return Reason.UNTIMED
    is_inside = phone.not_before_s * 1000 <= earliest_ms and latest_ms < ends_ms
    return None if is_inside else Reason.UNTIMED


def _is_far(at_ms: int, shown: Shown) -> bool:
    is_before = shown.earliest_ms is not None and at_ms < shown.earliest_ms - _ASKED_WITHIN_MS
    is_after = shown.latest_ms is not None and at_ms > shown.latest_ms + _ASKED_WITHIN_MS
    return is_before or is_after


def _qr_fault(step: int, shown: Shown) -> Reason | None:
    first_ms, beyond_ms = (step - 1) * STEP_S * 1000, (step + 2) * STEP_S * 1000
    earliest_ms, latest_ms = shown.earliest_ms, shown.latest_ms
    is_over = earliest_ms is not None and earliest_ms >= beyond_ms
    if is_over or (latest_ms is not None and latest_ms < first_ms):
        return Reason.OTHER_TIME
    if earliest_ms is None or latest_ms is None or latest_ms - earliest_ms > _TIMED_WITHIN_MS:
        return Reason.UNTIMED
    return None


def _token(credential_id: bytes, known: Known) -> bytes:
    return credential.token(known.school_key, "sc1", credential_id.hex())


def _decoded(text: str, length: int) -> bytes | None:
    """Return the bytes of canonical base64url text without padding, None unless it is `length` of them."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    is_canonical = base64.urlsafe_b64encode(data).rstrip(b"=") == text.encode("ascii", "replace")
    return data if len(data) == length and is_canonical else None
