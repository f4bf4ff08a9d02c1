"""Published: how a card's own number becomes the token that is all a station keeps of it."""

from __future__ import annotations

import hmac
from typing import Final

from station.tap import TOKEN_BYTES

KINDS: Final = ("uid", "idm", "em", "sc1")
"""What a token can be derived of: ISO 14443 UID, FeliCa IDm, 125 kHz EM4100 number, the school's own phone
credential. (`sun`, whose number central alone can open, has no token.)"""

_UID_BYTES = (4, 7, 10)
_IDM_BYTES = 8
_EM_BYTES = 5
# ISO/IEC 14443-3 6.5.4: a single-size UID that begins with 08 is drawn anew at every presentation.
_RANDOM_UID = 0x08
# JIS X 6319-4: an NFCID2 that begins with 01FE belongs to NFC-DEP and is drawn anew as well.
_RANDOM_IDM = b"\x01\xfe"


def token(key: bytes, kind: str, value_hex_lower: str) -> bytes:
    """Return the 16-byte pseudonym of a credential under the school's key.

    The value is lower-case hexadecimal, as the canonical functions of this module return it.
    """
    message = f"{kind}:{value_hex_lower}".encode()
    return hmac.digest(key, message, "sha256")[:TOKEN_BYTES]


def canonical_uid(raw: bytes) -> str | None:
    """Return an ISO 14443 UID as lower hex, or None when it cannot tell one card from another."""
    if len(raw) not in _UID_BYTES or not any(raw) or is_random_uid(raw):
        return None
    return raw.hex()


def is_random_uid(raw: bytes) -> bool:
    """Say whether an ISO 14443 UID is one that is drawn anew at every presentation."""
    return len(raw) == _UID_BYTES[0] and raw[0] == _RANDOM_UID


def canonical_idm(raw: bytes) -> str | None:
    """Return a FeliCa IDm as lower hex, or None when it cannot tell one card from another."""
    if len(raw) != _IDM_BYTES or not any(raw) or raw.startswith(_RANDOM_IDM):
        return None
    return raw.hex()


def canonical_em(raw: bytes) -> str | None:
    """Return a 125 kHz EM4100 number (version byte and four bytes) as lower hex, or None."""
    if len(raw) != _EM_BYTES or not any(raw):
        return None
    return raw.hex()
