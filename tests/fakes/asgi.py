"""Call an ASGI application in this process, lifespan included, from as many threads as one likes."""

import asyncio
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from starlette.types import ASGIApp, Message, Scope

HERE: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AsgiCaller:
    """Runs the application on an event loop in a thread of its own while the `with` block lasts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asgi-caller")
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._life: Future[None] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._life = asyncio.run_coroutine_threadsafe(self._lifespan(), self._loop)
        self._turn("startup")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn("shutdown")
        assert self._life is not None
        self._life.result(10)
        asyncio.run_coroutine_threadsafe(self._loop.shutdown_default_executor(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def start(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        address: str = HERE,
    ) -> "Future[Answer]":
        """Send a request and return at once."""
        named = {"Content-Length": str(len(body)), **(headers or {})}
        call = self._call(method, path, named, [body], address)
        return asyncio.run_coroutine_threadsafe(call, self._loop)

    def call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request and wait for the answer."""
        return self.start(method, path, headers, body).result(20)

    def stream(self, method: str, path: str, headers: Mapping[str, str], parts: Iterable[bytes]) -> Answer:
        """Send a body in parts; None of it is read further than the application asks."""
        return asyncio.run_coroutine_threadsafe(self._call(method, path, headers, parts), self._loop).result(
            20
        )

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str], parts: Iterable[bytes], address: str = HERE
    ) -> Answer:
        target, _, query = path.partition("?")
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target,
            "raw_path": target.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": (address, 40_000),
            "server": ("127.0.0.1", 80),
        }
        feed, sent = iter(parts), list[Message]()

        async def receive() -> Message:
            part = next(feed, None)
            return {"type": "http.request", "body": part or b"", "more_body": part is not None}

        async def send(message: Message) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        await self._app(scope, receive, send)
        head = sent[0]
        names = {name.decode(): value.decode() for name, value in head["headers"]}
        return Answer(head["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))

    async def _lifespan(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        await self._app(scope, self._to_app.get, self._from_app.put)

    def _turn(self, which: str) -> None:
        async def turn() -> Message:
            await self._to_app.put({"type": f"lifespan.{which}"})
            return await self._from_app.get()

        message = asyncio.run_coroutine_threadsafe(turn(), self._loop).result(20)
        assert message["type"] == f"lifespan.{which}.complete", message
