"""Hand a file to the intake: over HTTP to the one that runs, or to one begun in this process."""

import asyncio
import http.client
import ssl
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from central.config import CentralConfig
from central.errors import UnavailableError
from central.intake.app import build
from sync_agent import wire

_PATIENCE_S: Final = 60.0
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104  what is listened on, turned into where to call

_Message: TypeAlias = MutableMapping[str, Any]  # what ASGI passes is of any kind
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_App: TypeAlias = Callable[[_Message, _Receive, _Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answered:
    """The intake's answer to one file; `retry_after_s` when it asks to come again."""

    status: int
    body: bytes
    retry_after_s: float | None = None


Hand: TypeAlias = Callable[[bytes], Answered]


@contextmanager
def door(config: CentralConfig, now: Callable[[], datetime], ports: Sequence[int]) -> Iterator[Hand]:
    """Give the way to the intake of this data folder, whether one runs or not.

    One that runs is looked for on `ports` of this machine, in order. Raises UnavailableError when it
    cannot be found there, and ConfigError or SettingsError where none runs nor can begin.
    """
    try:
        app = build(config, now)
    except UnavailableError as error:
        yield _running(config, ports, error)
        return
    with asyncio.Runner() as runner:
        life = app.router.lifespan_context(app)
        runner.run(_enter(life))
        try:
            yield lambda data: runner.run(_ask(app, data))
        finally:
            runner.run(_leave(life))


async def _enter(life: AbstractAsyncContextManager[object]) -> None:
    await life.__aenter__()


async def _leave(life: AbstractAsyncContextManager[object]) -> None:
    await life.__aexit__(None, None, None)


async def _ask(app: _App, data: bytes) -> Answered:
    scope: _Message = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": wire.USB_PATH,
        "raw_path": wire.USB_PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
    }
    sent: list[_Message] = []

    async def receive() -> _Message:
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message: _Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answered(
        sent[0]["status"], body, _pause(dict(sent[0]["headers"]).get(b"retry-after", b"").decode())
    )


def _running(config: CentralConfig, ports: Sequence[int], held: UnavailableError) -> Hand:
    for port in ports:
        try:
            with _line(config, port) as line:
                line.request("GET", "/healthz")
                is_there = line.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            continue
        if is_there:
            return lambda data, port=port: _post(config, port, data)  # type: ignore[misc]  # bound now
    tried = ", ".join(map(str, ports))
    msg = f"{held}; or name the port it hears stations on with --station-port (tried {tried})"
    raise UnavailableError(msg)


def _post(config: CentralConfig, port: int, data: bytes) -> Answered:
    try:
        with _line(config, port) as line:
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Digest": wire.content_digest(data),
            }
            line.request("POST", wire.USB_PATH, data, headers)
            answer = line.getresponse()
            return Answered(answer.status, answer.read(), _pause(answer.headers.get("Retry-After", "")))
    except (OSError, http.client.HTTPException) as error:
        msg = f"the intake on port {port} stopped answering ({type(error).__name__}); see whether it runs"
        raise UnavailableError(msg) from error


@contextmanager
def _line(config: CentralConfig, port: int) -> Iterator[http.client.HTTPConnection]:
    host = _EVERYWHERE.get(config.host, config.host)
    if config.tls is None:
        line = http.client.HTTPConnection(host, port, timeout=_PATIENCE_S)
    else:
        # The very certificate this central was given is believed, whatever name it is for.
        context = ssl.create_default_context(cafile=config.tls.certificate)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        line = http.client.HTTPSConnection(host, port, timeout=_PATIENCE_S, context=context)
    try:
        yield line
    finally:
        line.close()


def _pause(text: str) -> float | None:
    return float(text[:6]) if text.isascii() and text.isdigit() else None
