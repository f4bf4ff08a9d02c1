"""Take apart what a station carries from a journal it cannot send, and prove how it hangs together."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from station import chain
from station.tap import Json

_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Carried:
    """One entry as it was first journalled: where it stood, its bytes, and the hash it had there."""

    epoch: int
    sequence: int
    h: bytes
    body: bytes


def unpack(payload: Json) -> Carried | None:
    """Return what the payload of a `carry` entry holds, None where it makes no sense."""
    if not isinstance(payload, dict):
        return None
    epoch, sequence = payload.get("epoch"), payload.get("seq")
    h, body = payload.get("h"), payload.get("body")
    if not (_is_place(epoch) and _is_place(sequence) and isinstance(h, str) and isinstance(body, str)):
        return None
    try:
        carried = Carried(epoch, sequence, bytes.fromhex(h), base64.b64decode(body, validate=True))
    except (ValueError, binascii.Error):
        return None
    return carried if len(carried.h) == chain.HASH_BYTES else None


def sound(entries: Sequence[Carried], head: tuple[int, bytes] = (0, chain.START)) -> list[bool]:
    """Tell of each entry, in the order of sequences, whether its hash follows from the one before.

    `head` is the last entry of the same journal that came in by itself, and its hash. Where the entry before
    is not there, lost with a disk, nothing can be compared, and the signature of the journal that carries it
    has to do. Of two that claim one place the first that follows has it.
    """
    known = dict([head])
    result = []
    for entry in entries:
        before = known.get(entry.sequence - 1)
        follows = before is None or chain.link(before, entry.body) == entry.h
        is_sound = follows and entry.sequence not in known
        if is_sound:
            known[entry.sequence] = entry.h
        result.append(is_sound)
    return result


def _is_place(value: object) -> TypeGuard[int]:
    # True is an int to Python and a place to nobody.
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LARGEST
