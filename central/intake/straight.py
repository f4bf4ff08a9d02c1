"""Take batches straight to their endpoint, past the routing that everything else goes through."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sync_agent import wire

_BATCHES: Final = re.compile(wire.SYNC_PATH.replace("{station}", "([^/]+)"))


class Straight:
    """ASGI middleware: nearly all that comes are batches, and finding their way costs half a signature."""

    def __init__(self, app: ASGIApp, batches: Callable[[Request], Awaitable[Response]]) -> None:
        """Give batches to `batches`, and the rest to `app`."""
        self._app = app
        self._batches = batches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        found = _BATCHES.fullmatch(scope["path"]) if is_post else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = {"station": found[1]}
        answer = await self._batches(Request(scope, receive, send))
        await answer(scope, receive, send)
