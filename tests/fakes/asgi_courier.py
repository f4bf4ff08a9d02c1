"""A courier that carries an agent's messages to the real intake application in this process."""

from collections.abc import Mapping

from sync_agent import wire
from sync_agent.ports import Dated, Reply
from tests.fakes.asgi import AsgiCaller
from tests.fakes.sync_agent import VALID


class AsgiCourier:
    """The line of one station; nothing is lost on it."""

    def __init__(self, caller: AsgiCaller, station: str) -> None:
        self._caller = caller
        self._station = station

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""
        headers = {
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "Content-Digest": wire.content_digest(message),
            "Idempotency-Key": idempotency_key,
        }
        return self._carry("POST", wire.SYNC_PATH, headers, message)

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""
        headers = {"Content-Type": "application/x-ndjson", "Content-Digest": wire.content_digest(message)}
        return self._carry("POST", wire.EPOCHS_PATH, headers, message)

    def ask_digests(self, message: bytes) -> Reply:
        """Carry a question of how far both ends agree."""
        return self._carry(
            "POST", wire.DIGESTS_PATH, {"Content-Digest": wire.content_digest(message)}, message
        )

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster."""
        return self._carry("GET", wire.ROSTER_PATH, {"If-None-Match": etag or '""'})

    def fetch_config(self, etag: str | None) -> Reply:
        """Ask for the configuration."""
        return self._carry("GET", wire.CONFIG_PATH, {"If-None-Match": etag or '""'})

    def fetch_certificate(self, day: str) -> Reply:
        """Ask for a certificate."""
        return self._carry("GET", wire.CERTIFICATE_PATH.replace("{day}", day))

    def send_countersignature(self, day: str, body: bytes) -> Reply:
        """Carry the station's signature under a certificate."""
        return self._carry("POST", wire.CERTIFICATE_PATH.replace("{day}", day), None, body)

    def ask_time(self, nonce: str) -> Dated:
        """Ask for central's time."""
        return Dated(self._carry("GET", f"{wire.TIME_PATH}?nonce={nonce}"), *VALID)

    def overlook_dates(self) -> None:
        """Look at no dates from now on."""

    def _carry(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        answer = self._caller.call(method, path.replace("{station}", self._station), headers, body)
        media_type = answer.headers.get("content-type", "").split(";")[0]
        return Reply(answer.status, media_type, answer.body, etag=answer.headers.get("etag"))
