"""One line to one PowerSchool server: follows nobody, gives up in time, takes no endless answer."""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONNECT_S, READ_S, LONGEST_S = 5.0, 60.0, 120.0
_MOST_BYTES: Final = 16 * 1024 * 1024
_PIECE: Final = 64 * 1024
_LONGEST_ASKED_S: Final = 600.0


class LostError(Exception):
    """Report that no whole answer came; `may_have_arrived` is False only where nothing was sent at all."""

    def __init__(self, why: str, *, may_have_arrived: bool) -> None:
        """Keep what kind of failure it was, never what a stranger answered."""
        super().__init__(why)
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class Question:
    """One request; `path` begins with a slash."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer; `retry_after_s` is what it asks to be left alone for."""

    status: int
    body: bytes = field(repr=False)
    retry_after_s: float | None = None


class HttpLine:
    """Asks one server, over one kept connection, by one thread at a time.

    Redirects are answers, proxies and credentials of the machine are not used, nothing is tried twice.
    `ticks` counts seconds that pass.
    """

    def __init__(
        self,
        url: str,
        ca_file: Path | None = None,
        *,
        read_s: float = READ_S,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url.rstrip("/")
        self._read_s = read_s
        self._ticks = ticks
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca_file) if ca_file else True
        self._session.headers.clear()
        # Compressed answers could unfold without end; asking for none keeps the bound simple.
        self._session.headers.update({"User-Agent": "rollbook", "Accept-Encoding": "identity"})
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        """Close the kept connection."""
        self._session.close()

    def ask(self, question: Question) -> Answer:
        """Return the whole answer; raises LostError."""
        end = self._ticks() + LONGEST_S
        try:
            with self._session.request(
                question.method,
                self.url + question.path,
                data=question.body,
                headers=dict(question.headers),
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_S, self._read_s),
            ) as response:
                body = self._whole(response.raw, end)
                return Answer(response.status_code, body, _retry_after_s(response.headers))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _lost(error) from error

    def _whole(self, raw: "BaseHTTPResponse", end: float) -> bytes:
        if raw.headers.get("Content-Encoding", "identity") != "identity":
            msg = "the answer is compressed, though that was declined"
            raise LostError(msg, may_have_arrived=True)
        announced = raw.headers.get("Content-Length", "")
        body = bytearray()
        while piece := raw.read1(_PIECE, decode_content=False):
            body += piece
            if len(body) > _MOST_BYTES or self._ticks() > end:
                msg = "the answer does not end"
                raise LostError(msg, may_have_arrived=True)
        if announced.isdigit() and len(body) < int(announced):
            msg = "the answer broke off"
            raise LostError(msg, may_have_arrived=True)
        return bytes(body)


def _lost(error: Exception) -> LostError:
    causes: list[BaseException] = [error]
    while causes[-1].__context__ is not None:
        causes.append(causes[-1].__context__)
    # Only where no line came about is it certain that nothing arrived.
    unsent = (NewConnectionError, requests.ConnectTimeout, ssl.SSLCertVerificationError)
    is_unsent = any(isinstance(cause, unsent) for cause in causes)
    why = type(causes[-1]).__name__
    return LostError(f"no whole answer ({why})", may_have_arrived=not is_unsent)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds an answer asks for; a date is not understood, and its own wait is used."""
    asked = headers.get("Retry-After", "").strip()
    return min(float(asked[:9]), _LONGEST_ASKED_S) if asked.isascii() and asked.isdigit() else None
