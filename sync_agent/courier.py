"""The courier over HTTPS; it believes nothing it is told, follows nobody, and gives up in time."""

import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from sync_agent.errors import CourierError
from sync_agent.ports import Reply
from sync_agent.wire import EPOCHS_PATH, ROSTER_PATH, SYNC_PATH, content_digest

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONNECT_S, READ_S = 5.0, 30.0
LONGEST_S = 60.0
"""No answer may take longer as a whole, however steadily it drips."""
MOST_ANSWER_BYTES = 256 * 1024
MOST_ROSTER_BYTES = 8 * 1024 * 1024

_PIECE = 16 * 1024
_NDJSON = "application/x-ndjson"


class HttpCourier:
    """Carries messages to one central over one kept connection.

    Redirects are answers, proxies and credentials of the machine are not used, nothing is tried twice:
    a captive portal that answers in central's place is for the exchange to see through (sync.md 2f).
    Used by one thread at a time. Every method raises CourierError.
    """

    def __init__(
        self,
        server: str,
        station: str,
        sw: str,
        ca_file: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server.rstrip("/")
        self._station = station
        self._monotonic = monotonic
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca_file) if ca_file is not None else True
        self._session.headers.clear()
        # Compressed answers could unfold without end; asking for none keeps the cap simple.
        self._session.headers.update({"User-Agent": f"rollbook-sync/{sw}", "Accept-Encoding": "identity"})
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))

    def close(self) -> None:
        """Close the kept connection."""
        self._session.close()

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""
        headers = {
            "Content-Type": _NDJSON,
            "Content-Encoding": "gzip",
            "Content-Digest": content_digest(message),
            "Idempotency-Key": idempotency_key,
        }
        return self._carry("POST", SYNC_PATH, headers, MOST_ANSWER_BYTES, message)

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""
        headers = {"Content-Type": _NDJSON, "Content-Digest": content_digest(message)}
        return self._carry("POST", EPOCHS_PATH, headers, MOST_ANSWER_BYTES, message)

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster; 304 when it is still the one of that entity tag."""
        headers = {} if etag is None else {"If-None-Match": etag}
        return self._carry("GET", ROSTER_PATH, headers, MOST_ROSTER_BYTES)

    def _carry(
        self, method: str, path: str, headers: Mapping[str, str], most_bytes: int, data: bytes | None = None
    ) -> Reply:
        address = self._server + path.format(station=self._station)
        deadline = self._monotonic() + LONGEST_S
        try:
            with self._session.request(
                method,
                address,
                data=data,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_S, READ_S),
            ) as response:
                body = self._read(response.raw, most_bytes, deadline)
                return _reply(response, body)
        except (requests.RequestException, HTTPError, OSError, ssl.SSLError) as error:
            msg = f"{self._server}: no complete answer ({_cause(error)}); look at the network and the server"
            raise CourierError(msg) from error

    def _read(self, raw: "BaseHTTPResponse", most_bytes: int, deadline: float) -> bytes:
        if raw.headers.get("Content-Encoding", "identity") != "identity":
            msg = f"{self._server}: the answer is compressed, though that was declined"
            raise CourierError(msg)
        parts, size = [], 0
        while piece := raw.read1(_PIECE, decode_content=False):
            parts.append(piece)
            size += len(piece)
            if size > most_bytes:
                msg = f"{self._server}: the answer is longer than {most_bytes} bytes"
                raise CourierError(msg)
            if self._monotonic() > deadline:
                msg = f"{self._server}: the answer is not complete after {LONGEST_S:.0f} s"
                raise CourierError(msg)
        return b"".join(parts)


def _reply(response: requests.Response, body: bytes) -> Reply:
    media_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    return Reply(
        status=response.status_code,
        media_type=media_type,
        body=body,
        retry_after_s=retry_after_s(response.headers),
        etag=response.headers.get("ETag"),
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return what Retry-After asks for, in seconds; None when it is absent or cannot be read.

    A date is measured from the answer's own Date header, because this machine's clock may be wrong.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:12])
    try:
        until, since = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, (_aware(until) - _aware(since)).total_seconds())


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _cause(error: BaseException) -> str:
    """Name the innermost error; its text may repeat whatever a stranger answered, so it is left out."""
    while error.__context__ is not None:
        error = error.__context__
    return type(error).__name__
