"""The courier over HTTPS; it believes nothing it is told, follows nobody, and gives up in time."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from sync_agent.errors import CertificateDateError, CourierError
from sync_agent.line import Lines
from sync_agent.ports import Dated, Reply
from sync_agent.retry_after import retry_after_s
from sync_agent.wire import (
    CERTIFICATE_PATH,
    CONFIG_PATH,
    DIGESTS_PATH,
    ENROLMENTS_PATH,
    EPOCHS_PATH,
    KEYS_PATH,
    RELEASE_PATH,
    ROSTER_PATH,
    SYNC_PATH,
    TIME_PATH,
    content_digest,
)

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONNECT_S, READ_S = 5.0, 30.0
LONGEST_S = 60.0
"""No answer may take longer as a whole, however steadily it drips."""
MOST_ANSWER_BYTES = 256 * 1024
MOST_ROSTER_BYTES = 8 * 1024 * 1024

_PIECE = 16 * 1024
_NDJSON, _JSON = "application/x-ndjson", "application/json"
# OpenSSL: X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED; X509_V_FLAG_NO_CHECK_TIME.
_OUT_OF_DATE = frozenset({9, 10})
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)


@dataclass(frozen=True, slots=True)
class _Question:
    """One request, and how long its answer may be."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    most_bytes: int = MOST_ANSWER_BYTES


class HttpCourier:
    """Carries messages to one central over one kept connection.

    Redirects are answers, proxies and credentials of the machine are not used, nothing is tried twice:
    a captive portal that answers in central's place is for the exchange to see through.
    Used by one thread at a time. Every method raises CourierError.
    """

    def __init__(
        self,
        server: str,
        station: str,
        sw: str,
        ca_file: Path | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._server = server.rstrip("/")
        self._station = station
        self._sw = sw
        self._ca_file = ca_file
        self._longest_s = longest_s
        self._lines = Lines()
        self._session = self._open(self._adapter())

    def close(self) -> None:
        """Close the kept connection."""
        self._session.close()
        self._lines.close()

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""
        headers = {
            "Content-Type": _NDJSON,
            "Content-Encoding": "gzip",
            "Content-Digest": content_digest(message),
            "Idempotency-Key": idempotency_key,
        }
        return self._ask(_Question("POST", SYNC_PATH, headers, message))

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""
        return self._ask(_posted(EPOCHS_PATH, _NDJSON, message))

    def enrol(self, message: bytes) -> Reply:
        """Carry a station's first key."""
        return self._ask(_posted(ENROLMENTS_PATH, _NDJSON, message))

    def bring_key(self, message: bytes) -> Reply:
        """Carry the key that is to follow the one in use."""
        return self._ask(_posted(KEYS_PATH, _NDJSON, message))

    def ask_digests(self, message: bytes) -> Reply:
        """Carry a question of how far both ends agree on an epoch."""
        return self._ask(_posted(DIGESTS_PATH, _NDJSON, message))

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster; 304 when it is still the one of that entity tag."""
        return self._ask(_Question("GET", ROSTER_PATH, _unless(etag), most_bytes=MOST_ROSTER_BYTES))

    def fetch_config(self, etag: str | None) -> Reply:
        """Ask for the configuration; 304 when it is still the one of that entity tag."""
        return self._ask(_Question("GET", CONFIG_PATH, _unless(etag)))

    def fetch_release(self, part: str, name: str, first: int, last: int) -> Reply:
        """Ask for some bytes of a signed file of a release."""
        path = RELEASE_PATH.replace("{part}", part).replace("{name}", name)
        most_bytes = max(MOST_ANSWER_BYTES, last - first + 1)
        headers = {"Range": f"bytes={first}-{last}"}
        return self._ask(_Question("GET", path, headers, most_bytes=most_bytes))

    def fetch_certificate(self, day: str) -> Reply:
        """Ask for central's certificate of a day."""
        return self._ask(_Question("GET", _of_day(day)))

    def send_countersignature(self, day: str, body: bytes) -> Reply:
        """Carry the station's own signature under a certificate."""
        return self._ask(_posted(_of_day(day), _JSON, body))

    def ask_time(self, nonce: str) -> Dated:
        """Ask for central's signed time over a line whose certificate's dates are not looked at."""
        # A line of its own: the certificate is to be seen, and nothing else goes over this line.
        with self._open(self._dateless()) as session:
            question = _Question("GET", f"{TIME_PATH}?nonce={nonce}")
            with self._asked(session, question) as response:
                validity = _validity(response.raw)
                return Dated(self._reply(response, question.most_bytes), *validity)

    def overlook_dates(self) -> None:
        """Look at no certificate's dates from now on; names and issuers are checked as before."""
        self._session.close()
        self._session = self._open(self._dateless())

    def _adapter(self, context: ssl.SSLContext | None = None) -> HTTPAdapter:
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        if context is not None:
            adapter.init_poolmanager(1, 1, ssl_context=context)
        adapter.poolmanager.pool_classes_by_scheme = dict(self._lines.pool_classes)
        return adapter

    def _dateless(self) -> HTTPAdapter:
        """Return an adapter that checks issuers and names as ever, and no dates."""
        context = ssl.create_default_context(cafile=None if self._ca_file is None else str(self._ca_file))
        context.verify_flags |= _NO_CHECK_TIME
        return self._adapter(context)

    def _open(self, adapter: HTTPAdapter) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self._ca_file) if self._ca_file is not None else True
        session.headers.clear()
        # Compressed answers could unfold without end; asking for none keeps the cap simple.
        session.headers.update({"User-Agent": f"rollbook-sync/{self._sw}", "Accept-Encoding": "identity"})
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def _ask(self, question: _Question) -> Reply:
        with self._asked(self._session, question) as response:
            return self._reply(response, question.most_bytes)

    @contextmanager
    def _asked(self, session: requests.Session, question: _Question) -> Iterator[requests.Response]:
        with self._lines.within(self._longest_s) as is_cut:
            try:
                with session.request(
                    question.method,
                    self._server + question.path.format(station=self._station),
                    data=question.data,
                    headers=question.headers,
                    stream=True,
                    allow_redirects=False,
                    timeout=(CONNECT_S, READ_S),
                ) as response:
                    yield response
            except (requests.RequestException, HTTPError, OSError) as error:
                raise self._failure(error, is_cut=is_cut.is_set()) from error
            if is_cut.is_set():
                # Headers that end with the line look complete to the libraries.
                raise self._failure(TimeoutError(), is_cut=True)

    def _failure(self, error: Exception, *, is_cut: bool) -> CourierError:
        """Name what an error began with; its text may repeat whatever a stranger answered."""
        if is_cut:
            return CourierError(f"{self._server}: the answer is not complete after {self._longest_s:g} s")
        cause: BaseException = error
        while cause.__context__ is not None:
            cause = cause.__context__
        if isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in _OUT_OF_DATE:
            msg = f"{self._server}: its certificate is not of this date; look at it and at the clock here"
            return CertificateDateError(msg)
        msg = f"{self._server}: no complete answer ({type(cause).__name__}); look at network and server"
        return CourierError(msg)

    def _reply(self, response: requests.Response, most_bytes: int) -> Reply:
        return Reply(
            status=response.status_code,
            media_type=response.headers.get("Content-Type", "").split(";")[0].strip().lower(),
            body=self._body(response.raw, most_bytes),
            retry_after_s=retry_after_s(response.headers),
            etag=response.headers.get("ETag"),
        )

    def _body(self, raw: "BaseHTTPResponse", most_bytes: int) -> bytes:
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
        return b"".join(parts)


def _posted(path: str, media_type: str, message: bytes) -> _Question:
    return _Question(
        "POST", path, {"Content-Type": media_type, "Content-Digest": content_digest(message)}, message
    )


def _unless(etag: str | None) -> Mapping[str, str]:
    return {} if etag is None else {"If-None-Match": etag}


def _of_day(day: str) -> str:
    return CERTIFICATE_PATH.replace("{day}", day)


def _validity(raw: "BaseHTTPResponse") -> tuple[datetime, datetime]:
    line = getattr(getattr(raw, "connection", None), "sock", None)
    shown = line.getpeercert() if isinstance(line, ssl.SSLSocket) else None
    if not shown:
        msg = "the answer came without a certificate; give the server's address with https"
        raise CourierError(msg)
    not_before, not_after = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown[name])), UTC)
        for name in ("notBefore", "notAfter")
    )
    return not_before, not_after
