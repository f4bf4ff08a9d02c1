"""What the protocol's core asks of the world around it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Nonce = Callable[[], bytes]
"""Draws 16 random bytes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer, whoever gave it; nothing about it is proven.

    `media_type` is lower-case without parameters; `retry_after_s` what the answer asks to wait.
    """

    status: int
    media_type: str
    body: bytes
    retry_after_s: float | None = None
    etag: str | None = None


class Courier(Protocol):
    """Carries one message there and one answer back, or raises CourierError.

    It follows no redirect, tries nothing twice, and judges nothing.
    """

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster; 304 when it is still the one of that entity tag."""
