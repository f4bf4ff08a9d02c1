"""Stand before the staff side: bound how much and how often, and leave no answer without its headers."""

import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any, Final, TypeAlias

from central.config import CentralConfig
from central.serving.pace import Pace
from central.web.headers import ALWAYS

# ASGI passes values of any kind.
_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]

MOST_BYTES: Final = 72 * 1024 * 1024
"""The largest roster, 64 MiB, and what a form puts around it; each page has a bound of its own below."""
MOST_OF_A_STRANGER: Final = 64 * 1024
"""Nobody signs in with more; without a session or a token there is nothing else to send."""
_HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")
_API: Final = "/api/"


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    kind: str
    body: bytes
    retry_after_s: int | None = None


_TOO_LARGE: Final = _Refusal(
    413, "text/plain; charset=utf-8", b"This is more than may be sent here. Nothing was taken in.\n"
)
_TOO_OFTEN: Final = (
    b'{"type": "about:blank", "title": "too many requests", "status": 429, '
    b'"detail": "ask less often; Retry-After says when to come back"}\n'
)


class _TooMuchError(Exception):
    """More came than may."""


class Guard:
    """ASGI middleware; what it refuses is not even spooled to the disk, as the framework behind it does."""

    def __init__(
        self, app: _App, config: CentralConfig, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the application, and whether browsers reach it by TLS alone."""
        self._app = app
        self._monotonic = monotonic
        self._pace = Pace()
        headers = [*ALWAYS.items(), *([_HSTS] if config.public_url.startswith("https:") else [])]
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers]

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Let a request through, or answer 413 or 429."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most, left = _most(scope["headers"]), [0]
        has_begun = False

        async def hear() -> _Message:
            message = await receive()
            left[0] += len(message.get("body", b""))
            if left[0] > most:
                raise _TooMuchError
            return message

        async def say(message: _Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self._headers if header[0] not in said),
                ]
            await send(message)

        refusal = _TOO_LARGE if _length(scope["headers"]) > most else self._too_often(scope)
        if refusal is not None:
            await _refuse(say, refusal)
            return
        try:
            await self._app(scope, hear, say)
        except _TooMuchError:
            if has_begun:
                raise
            await _refuse(say, _TOO_LARGE)

    def _too_often(self, scope: _Message) -> _Refusal | None:
        if not scope["path"].startswith(_API):
            return None
        wait_s = self._pace.wait_s(_caller(scope), self._monotonic())
        return _Refusal(429, "application/problem+json", _TOO_OFTEN, ceil(wait_s)) if wait_s else None


def _caller(scope: _Message) -> bytes:
    """Return what names a caller: the token or session it shows together with its address."""
    shown = [value for name, value in scope["headers"] if name in {b"authorization", b"cookie"}]
    address = str((scope.get("client") or [""])[0]).encode()
    # Kept as a digest: whatever is dumped of this process' memory, it is no token.
    return sha256(b"\0".join([address, *shown])).digest()


def _most(headers: Iterable[tuple[bytes, bytes]]) -> int:
    is_known = any(name in {b"cookie", b"authorization"} for name, _ in headers)
    return MOST_BYTES if is_known else MOST_OF_A_STRANGER


def _length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    told = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(told[:19]) if told.isdigit() else 0


async def _refuse(send: _Send, refusal: _Refusal) -> None:
    headers = [(b"content-type", refusal.kind.encode()), (b"connection", b"close")]
    headers.append((b"content-length", str(len(refusal.body)).encode()))
    if refusal.retry_after_s is not None:
        headers.append((b"retry-after", str(refusal.retry_after_s).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": refusal.body})
