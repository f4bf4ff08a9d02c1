"""Serve an application on an open socket until told to stop, and say when it is ready and that it works."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import uvicorn

from central.config import CentralConfig
from central.errors import UnavailableError
from central.serving.certificate import LOOK_EVERY_S, Certificate

App = Callable[..., Any]  # ASGI's three loosely typed arguments
_TICKS_A_BEAT = 10
KEEP_ALIVE_S: Final = 75
"""A station asks every 30 s over the line it has: a new one costs both ends as much as the question."""


@dataclass(frozen=True, slots=True)
class Life:
    """How a process tells that it works: `beat` says so, while `is_well` finds its threads at work."""

    beat: Callable[[], None]
    is_well: Callable[[], bool]


class Site(uvicorn.Server):
    """One process' server; it beats once when it is ready and every second while all of it works."""

    def __init__(self, app: App, config: CentralConfig, *, has_lifespan: bool, life: Life) -> None:
        """Prepare; nothing is opened yet."""
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on" if has_lifespan else "off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(config.proxies),
                forwarded_allow_ips=list(config.proxies),
                timeout_graceful_shutdown=10,
                timeout_keep_alive=KEEP_ALIVE_S,
                ssl_certfile=config.tls.certificate if config.tls else None,
                ssl_keyfile=config.tls.key if config.tls else None,
            )
        )
        self._life = life
        self._tls = config.tls
        self._certificate: Certificate | None = None

    def serve_on(self, listener: socket.socket) -> None:
        """Serve until SIGTERM or SIGINT; raise UnavailableError when it did not even start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            self.run(sockets=[listener])
        except SystemExit as error:
            msg = "the server did not start; the lines above say why"
            raise UnavailableError(msg) from error

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self._tls and self.config.ssl:
            self._certificate = Certificate(self._tls, self.config.ssl)
        if self.started:
            self._life.beat()

    async def on_tick(self, counter: int) -> bool:
        """Beat every second out of the event loop: a loop that hangs is a server that hangs.

        So is one whose other threads hang: it would go on to answer, and do nothing.
        """
        if counter % _TICKS_A_BEAT == 0 and self._life.is_well():
            try:
                self._life.beat()
            except BrokenPipeError:
                # Whoever listened is gone, and with it whoever could stop this process.
                self.should_exit = True
        if self._certificate and counter % (_TICKS_A_BEAT * LOOK_EVERY_S) == 0:
            self._certificate.look()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve_on`: uvicorn would raise them again after a clean end."""
        yield

    def _stop(self, number: int, frame: object) -> None:
        del number, frame
        self.should_exit = True
