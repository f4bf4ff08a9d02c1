"""Lines to a server that end in time: one on which an answer only drips is cut as a whole."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Lines:
    """Knows the newest connection of its pools, and can end it from another thread.

    The libraries bound each wait for more bytes, and not how long a handshake, headers and body may
    take together.
    """

    def __init__(self) -> None:
        self._handle: socket.socket | None = None
        lines = self

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return lines.opened(super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return lines.opened(super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.pool_classes: Mapping[str, type[HTTPConnectionPool]] = {
            "http": PlainPool,
            "https": SecurePool,
        }

    def opened(self, line: socket.socket) -> socket.socket:
        """Note a new connection and return it."""
        self.close()
        # A handle of our own: TLS takes the first one over before its handshake.
        self._handle = line.dup()
        return line

    @contextmanager
    def within(self, longest_s: float) -> Iterator[threading.Event]:
        """Cut the connection if what is done inside takes longer; the event then says so."""
        is_cut = threading.Event()

        def cut() -> None:
            is_cut.set()
            if self._handle is not None:
                with suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(longest_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield is_cut
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let go of the handle; the connection itself is its pool's."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
