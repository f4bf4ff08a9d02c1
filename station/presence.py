"""When the same credential comes again: held, a bounce, a repeat, or a tap of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BOUNCE_MS: Final = 5_000
"""Up to here a return is part of the same presentation."""
REPEAT_MS: Final = 60_000
"""Up to here a return is stored and flagged as a repeat."""
MOST_REMEMBERED: Final = 20_000


@dataclass(slots=True)
class _Seen:
    """When a token was last at a reader, and how often since its last entry it was merged."""

    raw_ms: int
    merged: int = 0


class Presence:
    """The tokens seen lately at one station, on the raw clock of one boot.

    A return is measured from when the token was last there, so a card that lies on the reader and
    flickers stays one presentation however long it lies.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, _Seen] = {}
        self._lying: dict[str, bytes] = {}

    def is_bounce(self, token: bytes, raw_ms: int) -> bool:
        """Say whether the token was here no more than 5 s ago."""
        return self._is_within(BOUNCE_MS, token, raw_ms)

    def is_repeat(self, token: bytes, raw_ms: int) -> bool:
        """Say whether the token was here no more than 60 s ago."""
        return self._is_within(REPEAT_MS, token, raw_ms)

    def merged(self, token: bytes) -> int:
        """Return how many presentations were merged since the token's last entry."""
        seen = self._seen.get(token)
        return 0 if seen is None else seen.merged

    def merge(self, token: bytes, raw_ms: int, reader: str | None = None) -> None:
        """Take note of a bounce, which gets no entry and is counted in the next one."""
        seen = self._seen.setdefault(token, _Seen(raw_ms))
        seen.merged += 1
        seen.raw_ms = raw_ms
        self._lie(token, reader)

    def remember(self, token: bytes, raw_ms: int, reader: str | None = None) -> None:
        """Take note of a presentation whose entry is stored, and of the reader it still lies on."""
        self._seen.pop(token, None)
        self._seen[token] = _Seen(raw_ms)
        self._lie(token, reader)
        if len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def leave(self, reader: str, raw_ms: int) -> None:
        """Take note that whatever lay on a reader was last seen there at `raw_ms`."""
        token = self._lying.pop(reader, None)
        if token is not None and token in self._seen:
            self._seen[token].raw_ms = raw_ms

    def _lie(self, token: bytes, reader: str | None) -> None:
        if reader is not None:
            self._lying[reader] = token

    def _is_within(self, window_ms: int, token: bytes, raw_ms: int) -> bool:
        seen = self._seen.get(token)
        return seen is not None and raw_ms - seen.raw_ms <= window_ms
