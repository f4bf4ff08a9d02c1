"""Serve an application on an open socket until told to stop, and say when it is ready and that it lives."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from central.config import CentralConfig
from central.errors import UnavailableError

App = Callable[..., Any]  # ASGI's three loosely typed arguments
_TICKS_A_BEAT = 10


class Site(uvicorn.Server):
    """One process' server; `beat` is called once when it is ready and every second while it lives."""

    def __init__(
        self, app: App, config: CentralConfig, *, has_lifespan: bool, beat: Callable[[], None]
    ) -> None:
        """Prepare; nothing is opened yet."""
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on" if has_lifespan else "off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=10,
                ssl_certfile=config.tls.certificate if config.tls else None,
                ssl_keyfile=config.tls.key if config.tls else None,
            )
        )
        self._beat = beat

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
        if self.started:
            self._beat()

    async def on_tick(self, counter: int) -> bool:
        """Beat every second out of the event loop: a loop that hangs is a server that hangs."""
        if counter % _TICKS_A_BEAT == 0:
            try:
                self._beat()
            except BrokenPipeError:
                # Whoever listened is gone, and with it whoever could stop this process.
                self.should_exit = True
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve_on`: uvicorn would raise them again after a clean end."""
        yield

    def _stop(self, number: int, frame: object) -> None:
        del number, frame
        self.should_exit = True
