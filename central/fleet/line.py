"""A courier without a network: an agent's messages as questions somebody in this process answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from central.intake.reply import Reply as Answer
from sync_agent import wire
from sync_agent.ports import Dated, Reply

CERTIFICATE_DATES: Final = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Question:
    """One request as it arrives: of which station, to which endpoint, with which lower-case headers."""

    station: str
    path: str
    data: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


class Line:
    """One station's way to whoever answers questions; fits the agent's port Courier."""

    def __init__(self, station: str, ask: Callable[[Question], Answer]) -> None:
        """Take whose line it is, and what answers or raises CourierError."""
        self._station = station
        self._ask = ask

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""
        headers = {"content-digest": wire.content_digest(message), "idempotency-key": idempotency_key}
        return self._carry(wire.SYNC_PATH, message, headers)

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""
        return self._carry(wire.EPOCHS_PATH, message, {"content-digest": wire.content_digest(message)})

    def ask_digests(self, message: bytes) -> Reply:
        """Carry a question of how far both ends agree on an epoch."""
        return self._carry(wire.DIGESTS_PATH, message, {"content-digest": wire.content_digest(message)})

    def ask_time(self, nonce: str) -> Dated:
        """Ask for the time; the certificate of a line without a network is always good."""
        return Dated(self._carry(wire.TIME_PATH, text=nonce), *CERTIFICATE_DATES)

    def overlook_dates(self) -> None:
        """Look at no certificate's dates; there is none."""

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster; nothing is published to a simulated fleet."""
        return self._carry(wire.ROSTER_PATH, text=etag or "")

    def fetch_config(self, etag: str | None) -> Reply:
        """Ask for the configuration."""
        return self._carry(wire.CONFIG_PATH, text=etag or "")

    def fetch_certificate(self, day: str) -> Reply:
        """Ask for the certificate of a day."""
        return self._carry(wire.CERTIFICATE_PATH, text=day)

    def send_countersignature(self, day: str, body: bytes) -> Reply:
        """Carry a signature under a certificate."""
        return self._carry(wire.CERTIFICATE_PATH, body, text=day)

    def _carry(
        self, path: str, data: bytes = b"", headers: Mapping[str, str] | None = None, text: str = ""
    ) -> Reply:
        answer = self._ask(Question(self._station, path, data, headers or {}, text))
        return Reply(answer.status, answer.media_type, answer.body, answer.retry_after_s)
