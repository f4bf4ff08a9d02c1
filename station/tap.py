"""Published: what one journal entry says, and the exact bytes it is kept as."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn, TypeAlias

from station.errors import EntryError

# Read-only containers, so that a `list[str]` or a `dict[str, int]` is accepted as it is.
Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

VERSION = 1
TOKEN_BYTES = 16
_FIELDS = 9
_TAP_FIELDS = 5
_LARGEST = 2**63 - 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Kind(StrEnum):
    """What an entry is about; a reader of entries must expect kinds it does not know."""

    GENESIS = "genesis"
    BOOT = "boot"
    TAP = "tap"
    ALIVE = "alive"
    BEACON = "beacon"
    SEAL = "seal"
    STEP = "step"
    ANCHOR = "anchor"
    CFG = "cfg"
    GAP = "gap"
    SALVAGE = "salvage"
    CARRY = "carry"
    REKEY = "rekey"
    SHUTDOWN = "shutdown"
    ERR = "err"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the station's clocks say at one moment.

    `raw_ms` is CLOCK_MONOTONIC_RAW and `bt_ms` CLOCK_BOOTTIME; `wall_ms` is a claim, UTC since
    1970. `sync_state` is 1 when the kernel calls the wall clock synchronised.
    """

    boot: int
    raw_ms: int
    bt_ms: int
    wall_ms: int
    sync_state: int
    max_error_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a journal; `kind` is plain text because newer stations know more kinds."""

    version: int
    kind: str
    reading: Reading
    payload: Json


def encode(entry: Entry) -> bytes:
    """Return the entry as compact UTF-8 JSON on one line.

    The array is `[v,kind,boot,raw_ms,bt_ms,wall_ms,q,me_ms,payload]`. Raises EntryError when the
    payload is not JSON or a clock reading is out of range.
    """
    reading = entry.reading
    row = [
        entry.version,
        str(entry.kind),
        reading.boot,
        reading.raw_ms,
        reading.bt_ms,
        reading.wall_ms,
        reading.sync_state,
        reading.max_error_ms,
        entry.payload,
    ]
    _check_head(row)
    try:
        return _ENCODER.encode(row).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"a {entry.kind} entry has a payload that is not JSON: {type(error).__name__}"
        raise EntryError(msg) from error


def decode(body: bytes) -> Entry:
    """Return the entry kept as these bytes; raises EntryError on anything else."""
    if b"\n" in body:
        msg = "an entry is one line, and these bytes hold a line break"
        raise EntryError(msg)
    try:
        row = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        msg = f"these {len(body)} bytes are not JSON, so they are no entry"
        raise EntryError(msg) from error
    if not isinstance(row, list) or len(row) != _FIELDS:
        msg = f"an entry is an array of {_FIELDS} values, and these bytes are not"
        raise EntryError(msg)
    _check_head(row)
    return Entry(version=row[0], kind=row[1], reading=Reading(*row[2:8]), payload=row[8])


def _check_head(row: Sequence[object]) -> None:
    version, kind, *figures = row[: _FIELDS - 1]
    if not _is_count(version) or version != VERSION:
        msg = f"an entry of format {version!r} cannot be read here; only format {VERSION} can"
        raise EntryError(msg)
    if not isinstance(kind, str) or not kind:
        msg = "an entry names its kind in text, and this one does not"
        raise EntryError(msg)
    if not all(_is_count(figure) for figure in figures):
        msg = f"a {kind} entry has a clock reading that is not a whole number from 0 to 2^63-1"
        raise EntryError(msg)


def _is_count(value: object) -> bool:
    # True and False are ints to Python and are not figures to anyone else.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def token_text(token: bytes) -> str:
    """Return a token as entries write it: base64url without padding."""
    return base64.urlsafe_b64encode(token).decode("ascii").rstrip("=")


@dataclass(frozen=True, slots=True)
class Tap:
    """One presentation of a credential, as a `tap` entry carries it.

    `token` is None when nothing could be derived; `key_id` names the school key it was derived
    with. `flags` are counts: `repeat`, `merged`, `two_cards`. `evidence` is the reader's own.
    """

    token: bytes | None
    key_id: str | None
    reader: str
    flags: Mapping[str, int] = field(default_factory=dict)
    evidence: str | None = None

    def payload(self) -> Json:
        """Return `[token|null, key_id|null, reader, flags, evidence|null]`, the token in base64url."""
        text = None if self.token is None else token_text(self.token)
        return [text, self.key_id, self.reader, dict(self.flags), self.evidence]

    @classmethod
    def from_payload(cls, payload: Json) -> Tap:
        """Return the tap a payload describes; raises EntryError when it describes none."""
        if not isinstance(payload, list) or len(payload) != _TAP_FIELDS:
            msg = f"a tap is an array of {_TAP_FIELDS} values, and this payload is not"
            raise EntryError(msg)
        token, key_id, reader, flags, evidence = payload
        if not isinstance(reader, str):
            msg = "a tap names its reader in text, and this one does not"
            raise EntryError(msg)
        return cls(_token(token), _text("key_id", key_id), reader, _flags(flags), _text("evidence", evidence))


def _token(value: Json) -> bytes | None:
    if value is None:
        return None
    text = _text("token", value) or ""
    try:
        token = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        msg = "a tap's token is base64url text, and this one is not"
        raise EntryError(msg) from error
    if len(token) != TOKEN_BYTES:
        msg = f"a tap's token has {TOKEN_BYTES} bytes, and this one has {len(token)}"
        raise EntryError(msg)
    return token


def _text(name: str, value: Json) -> str | None:
    if value is None or isinstance(value, str):
        return value
    msg = f"a tap's {name} is text or null, and this one is neither"
    raise EntryError(msg)


def _flags(value: Json) -> dict[str, int]:
    if not isinstance(value, dict):
        msg = "a tap's flags are an object of counts, and these are not"
        raise EntryError(msg)
    if not all(isinstance(name, str) and _is_count(count) for name, count in value.items()):
        msg = "a tap's flags are whole numbers, and one of these is not"
        raise EntryError(msg)
    return dict(value)
