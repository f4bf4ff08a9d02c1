"""Stand before the staff side: bound what a request may send, and leave no answer without its headers."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

from central.config import CentralConfig
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
_SAID: Final = b"This is more than may be sent here. Nothing was taken in.\n"


class _TooMuchError(Exception):
    """More came than may."""


class Guard:
    """ASGI middleware; what it refuses is not even spooled to the disk, as the framework behind it does."""

    def __init__(self, app: _App, config: CentralConfig) -> None:
        """Take the application, and whether browsers reach it by TLS alone."""
        self._app = app
        headers = [*ALWAYS.items(), *([_HSTS] if config.public_url.startswith("https:") else [])]
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers]

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Let a request through, or answer 413."""
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

        if _length(scope["headers"]) > most:
            await _refuse(say)
            return
        try:
            await self._app(scope, hear, say)
        except _TooMuchError:
            if has_begun:
                raise
            await _refuse(say)


def _most(headers: Iterable[tuple[bytes, bytes]]) -> int:
    is_known = any(name in {b"cookie", b"authorization"} for name, _ in headers)
    return MOST_BYTES if is_known else MOST_OF_A_STRANGER


def _length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    told = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(told[:19]) if told.isdigit() else 0


async def _refuse(send: _Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(_SAID)).encode()))
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _SAID})
