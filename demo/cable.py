"""The network cable between a station and the server, which the story can pull and put back."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

_CHUNK = 65536


class Cable:
    """Forward every connection on a loopback port to another; while cut, break and refuse them all."""

    def __init__(self, to_port: int) -> None:
        self._to = ("127.0.0.1", to_port)
        self._whole = threading.Event()
        self._whole.set()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """Plug the far end in elsewhere: a server that was started again listens on another port."""
        self._to = ("127.0.0.1", port)

    def cut(self) -> None:
        """Pull the cable: what is under way breaks, nothing new gets through."""
        self._whole.clear()
        self._drop()

    def restore(self) -> None:
        """Put the cable back."""
        self._whole.set()

    def __enter__(self) -> Self:
        """Use the cable for as long as the block lasts."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything."""
        _hang_up(self._listener)
        self._drop()

    def _accept(self) -> None:
        """Join each caller to the server, or hang up on it."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                if not self._whole.is_set():
                    raise ConnectionRefusedError
                far = socket.create_connection(self._to, timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            with self._lock:
                is_through = self._whole.is_set()
                self._open |= {near, far}
            if not is_through:
                # Cut while the call went out: nobody else knows of these two ends yet.
                self._drop()
                continue
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(a, b, a is far), daemon=True).start()

    def carry(self, chunk: bytes, sink: socket.socket, *, is_answer: bool) -> None:
        """Pass on a piece of what is said; an answer is what the server says."""
        del is_answer
        sink.sendall(chunk)

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:  # noqa: FBT001 (a thread's target)
        """Carry bytes one way until either end closes."""
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                self.carry(chunk, sink, is_answer=is_answer)
        for end in (source, sink):
            _hang_up(end)
            with self._lock:
                self._open.discard(end)

    def _drop(self) -> None:
        """Break every connection."""
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _hang_up(end)


def _hang_up(end: socket.socket) -> None:
    """Close one end; shutdown first, since close alone does not wake a thread in recv."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
