"""The ASGI applications of central: the staff side, the stations' side, and both behind one door."""

import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

from django.core.asgi import get_asgi_application

from central.config import CentralConfig
from central.serving.guard import Guard

Now = Callable[[], datetime]
# Each framework types ASGI's scope, receive and send in a way of its own.
App = Callable[[Any, Any, Any], Awaitable[None]]


def staff(config: CentralConfig) -> App:
    """Return the staff side: Django behind its guard."""
    # Static files come as streams Django reads whole first; they are small, and that is fine.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    return Guard(get_asgi_application(), config)


def stations(config: CentralConfig, now: Now) -> Any:  # noqa: ANN401  only the intake knows its framework
    """Return the stations' side, the intake; its `state.is_alive` tells whether it takes what comes."""
    from central.intake.app import build

    return build(config, now)


def both(intake: App, pages: App) -> App:
    """Return one application that parts requests by path, for a small school or a rehearsal."""

    async def door(scope: MutableMapping[str, Any], receive: object, send: object) -> None:  # as above
        # Only the intake has something to start and stop: its writer.
        path = scope.get("path", "")
        is_for_intake = scope["type"] == "lifespan" or path.startswith("/v1/") or path == "/healthz"
        await (intake if is_for_intake else pages)(scope, receive, send)

    return door
