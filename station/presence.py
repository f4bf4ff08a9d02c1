"""When the same credential comes again and how long it lies: held, left, a bounce, a repeat, or a new tap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BOUNCE_MS: Final = 5_000
"""Up to here a return is part of the same presentation."""
REPEAT_MS: Final = 60_000
"""Up to here a return is stored and flagged as a repeat."""
LEFT_MS: Final = 10_000
"""A card that lies on a reader for longer was left there."""
MOST_REMEMBERED: Final = 20_000


@dataclass(slots=True)
class _Seen:
    """When a token was last at a reader, and how often since its last entry it was merged."""

    raw_ms: int
    merged: int = 0


@dataclass(slots=True)
class _Lying:
    """What lies on a reader since when; the token only once its presentation is stored or merged."""

    since_ms: int
    token: bytes | None = None
    is_left: bool = False


class Presence:
    """The tokens seen lately at one station, on the raw clock of one boot.

    A return is measured from when the token was last there, so a card that lies on the reader and
    flickers stays one presentation however long it lies.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, _Seen] = {}
        self._lying: dict[str, _Lying] = {}

    @property
    def has_card_left(self) -> bool:
        """Say whether a card lies on a reader that was found to have been left there."""
        return any(lying.is_left for lying in self._lying.values())

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

    def lay(self, reader: str, raw_ms: int) -> None:
        """Take note that something was laid on a reader, whatever becomes of it."""
        self._lying[reader] = _Lying(raw_ms)

    def merge(self, token: bytes, raw_ms: int, reader: str | None = None) -> None:
        """Take note of a bounce, which gets no entry and is counted in the next one."""
        seen = self._seen.setdefault(token, _Seen(raw_ms))
        seen.merged += 1
        seen.raw_ms = raw_ms
        self._name(token, raw_ms, reader)

    def remember(self, token: bytes, raw_ms: int, reader: str | None = None) -> None:
        """Take note of a presentation whose entry is stored, and of the reader it still lies on."""
        self._seen.pop(token, None)
        self._seen[token] = _Seen(raw_ms)
        self._name(token, raw_ms, reader)
        if len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def leave(self, reader: str, raw_ms: int) -> None:
        """Take note that whatever lay on a reader was last seen there at `raw_ms`."""
        lying = self._lying.pop(reader, None)
        # One that could not be stored has no token here: it must not look like a repeat when it comes again.
        if lying is not None and lying.token is not None and lying.token in self._seen:
            self._seen[lying.token].raw_ms = raw_ms

    def newly_left(self, raw_ms: int) -> list[str]:
        """Return the readers on which a card has by now been left, each once for each card."""
        left = [
            reader
            for reader, lying in self._lying.items()
            if not lying.is_left and raw_ms - lying.since_ms > LEFT_MS
        ]
        for reader in left:
            self._lying[reader].is_left = True
        return left

    def _name(self, token: bytes, raw_ms: int, reader: str | None) -> None:
        if reader is not None:
            self._lying.setdefault(reader, _Lying(raw_ms)).token = token

    def _is_within(self, window_ms: int, token: bytes, raw_ms: int) -> bool:
        seen = self._seen.get(token)
        return seen is not None and raw_ms - seen.raw_ms <= window_ms
