"""What the protocol's core asks of the world around it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Dated:
    """An answer that came over a line whose certificate is valid between two instants."""

    reply: Reply
    not_before: datetime
    not_after: datetime


class Courier(Protocol):
    """Carries one message there and one answer back, or raises CourierError.

    CertificateDateError says that everything about the server's certificate is right but its dates.

    It follows no redirect, tries nothing twice, and judges nothing.
    """

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster; 304 when it is still the one of that entity tag."""

    def fetch_config(self, etag: str | None) -> Reply:
        """Ask for the configuration; 304 when it is still the one of that entity tag."""

    def fetch_certificate(self, day: str) -> Reply:
        """Ask for central's certificate of a day, written as 2026-11-20."""

    def send_countersignature(self, day: str, body: bytes) -> Reply:
        """Carry the station's own signature under a certificate, as JSON."""

    def ask_digests(self, message: bytes) -> Reply:
        """Carry a question of how far both ends agree on an epoch."""

    def ask_time(self, nonce: str) -> Dated:
        """Ask for central's signed time over a line whose certificate's dates are not looked at."""

    def overlook_dates(self) -> None:
        """Look at no certificate's dates from now on: this machine's clock was proven wrong."""
