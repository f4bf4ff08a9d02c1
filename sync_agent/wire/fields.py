"""Read members of decoded JSON with the type the protocol gives them."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sync_agent.errors import WireError

LARGEST = 2**63 - 1
HASH_BYTES = 32
NONCE_BYTES = 16
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and its name in messages; every reading method raises WireError."""

    name: str
    members: Mapping[str, object]

    def text(self, key: str) -> str:
        """Return a text that can be written as UTF-8."""
        value = self._get(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise self.wrong(key, "Unicode text") from error
        return value

    def text_or_none(self, key: str) -> str | None:
        """Return a text, or None for null."""
        return None if self._get(key) is None else self.text(key)

    def whole(self, key: str, minimum: int = 0) -> int:
        """Return a whole number between `minimum` and 2**63-1."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= LARGEST:
            raise self.wrong(key, f"a whole number from {minimum}")
        return value

    def whole_or_none(self, key: str, minimum: int = 0) -> int | None:
        """Return a whole number, or None for null."""
        return None if self._get(key) is None else self.whole(key, minimum)

    def digest(self, key: str) -> bytes:
        """Return the 32 bytes of a hash written as lower-case hex."""
        value = self.text(key)
        if len(value) != 2 * HASH_BYTES or not _HEX.fullmatch(value):
            raise self.wrong(key, f"{2 * HASH_BYTES} lower-case hex digits")
        return bytes.fromhex(value)

    def digest_or_none(self, key: str) -> bytes | None:
        """Return a hash, or None for null."""
        return None if self._get(key) is None else self.digest(key)

    def nonce(self, key: str) -> str:
        """Return the text of a 16-byte nonce in base64url without padding, in its one canonical form."""
        value = self.text(key)
        try:
            raw = base64.b64decode(value + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.wrong(key, "a nonce in base64url") from error
        if len(raw) != NONCE_BYTES or nonce_text(raw) != value:
            raise self.wrong(key, f"a nonce of {NONCE_BYTES} bytes in base64url")
        return value

    def instant(self, key: str) -> datetime:
        """Return an aware UTC instant written as ISO 8601 with milliseconds and Z."""
        value = self.text(key)
        if not _INSTANT.fullmatch(value):
            raise self.wrong(key, "an instant like 2026-08-17T15:04:05.678Z")
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError as error:
            raise self.wrong(key, "an instant that exists") from error

    def nested(self, key: str) -> "Fields":
        """Return a nested JSON object."""
        value = self._get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "a JSON object")
        return Fields(f"{self.name}.{key}", cast("dict[str, object]", value))

    def fixed(self, key: str, value: int | str) -> None:
        """Require a member to be exactly `value`."""
        if type(self._get(key)) is not type(value) or self._get(key) != value:
            raise self.wrong(key, f"{value!r}, the only one spoken here")

    def wrong(self, key: str, wanted: str) -> WireError:
        """Return the error that says what `key` should have been; never what it was."""
        return WireError(f"{self.name}.{key} is not {wanted}")

    def _get(self, key: str) -> object:
        if key not in self.members:
            msg = f"{self.name}.{key} is missing"
            raise WireError(msg)
        return self.members[key]


def nonce_text(raw: bytes) -> str:
    """Write a nonce as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def instant_text(at: datetime) -> str:
    """Write an aware instant in UTC with milliseconds and Z, cutting finer digits off."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def compact(members: Mapping[str, object]) -> bytes:
    """Write a JSON object on one line of UTF-8."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def decode_object(data: bytes, name: str) -> Fields:
    """Read one JSON object.

    Raises WireError for anything else, however deep or large.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        msg = f"{name} is not JSON"
        raise WireError(msg) from error
    if not isinstance(value, dict):
        msg = f"{name} is not a JSON object"
        raise WireError(msg)
    return Fields(name, value)
