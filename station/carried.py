"""Published: the payload of a `carry` entry, and that it says nothing the journal has not said before."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TypeGuard

from station.journal import JournalReader, Row
from station.tap import Json

_MEMBERS = frozenset({"epoch", "seq", "h", "body"})


def payload_of(epoch: int, row: Row) -> dict[str, Json]:
    """Return what carries a row of an epoch into a later one: its place, its hash, its exact bytes."""
    return {
        "epoch": epoch,
        "seq": row.seq,
        "h": row.h.hex(),
        "body": base64.b64encode(row.body).decode("ascii"),
    }


class Origin:
    """Tells what stands in one journal from what somebody would like to stand there."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._carried: frozenset[bytes] | None = None

    def has(self, payload: Json) -> bool:
        """Say whether a row of the journal, or a `carry` entry of it, is exactly what is to be carried.

        The second is asked where a disk took the row itself, and read once. Raises JournalError.
        """
        if not isinstance(payload, dict) or payload.keys() != _MEMBERS:
            return False
        epoch, seq = payload["epoch"], payload["seq"]
        is_text = isinstance(payload["h"], str) and isinstance(payload["body"], str)
        if not _is_number(epoch) or not _is_number(seq) or not is_text:
            return False
        found = next(iter(self._journal.rows(epoch, seq - 1, 1)), None)
        if found is not None and found.seq == seq:
            return payload == payload_of(epoch, found)
        if self._carried is None:
            # A carry entry of this journal was itself compared when it was taken: there come no new ones.
            self._carried = frozenset(map(_mark, self._journal.carried()))
        return _mark(payload) in self._carried


def _is_number(value: Json) -> TypeGuard[int]:
    # What equals a whole number and is none would be written down differently.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _mark(payload: Json) -> bytes:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).digest()
