"""Published: the hash chain that makes every change to a journal visible."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from station.errors import ChainError

HASH_BYTES: Final = 32
START: Final = bytes(HASH_BYTES)
"""The hash before the first entry of an epoch."""


def leaf(body: bytes) -> bytes:
    """Hash one entry's exact stored bytes; the 0x00 parts leaves from links (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + body).digest()


def link(prev: bytes, body: bytes) -> bytes:
    """Return the hash of an entry that follows one whose hash is `prev`."""
    return hashlib.sha256(b"\x01" + prev + leaf(body)).digest()


def verify(prev: bytes, rows: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the head of a run of `(body, h)` rows that follows `prev`.

    Raises ChainError with the index of the first row whose hash is not the one its bytes give.
    """
    head = prev
    for index, (body, h) in enumerate(rows):
        head = link(head, body)
        if not hmac.compare_digest(head, h):
            raise ChainError(index)
    return head
