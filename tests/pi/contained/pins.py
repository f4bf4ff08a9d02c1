"""What a board's pins do, seen from outside: the stand-in for its chip writes every change into a pipe."""

import os
import selectors
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.pi.board import Edge

GPIO: Final = 997
"""The number of the group gpio on the card, given by whoever lays its accounts out."""
_CHUNK: Final = 4_096
_JOIN_S: Final = 10


class Pins:
    """The lamps and the buzzer of a board, over all its starts, as `lgpio_outside.py` tells of them."""

    def __init__(self, folder: Path) -> None:
        self.pipe = folder / "gpiochip0"
        os.mkfifo(self.pipe)
        os.chown(self.pipe, 0, GPIO)
        self.pipe.chmod(0o660)
        # Open for both, so that it is never at its end.
        self._told = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self._woken, self._wake = os.pipe()
        self._edges: list[Edge] = []
        self._levels: dict[int, int] = {}
        self._rest = b""
        self._more = threading.Condition()
        self._reading = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="pins", daemon=True)
        self._thread.start()

    def seen(self) -> Sequence[Edge]:
        """Return every edge so far, oldest first."""
        with self._more:
            return tuple(self._edges)

    def wait_for_edge(self, pin: int, level: int, timeout_s: float, since: int = 0) -> int:
        """Return the place of the first such edge at or behind `since`; TimeoutError when none comes."""
        with self._more:
            if not self._more.wait_for(lambda: self._place(pin, level, since) is not None, timeout_s):
                msg = f"pin {pin} did not turn {level} in {timeout_s:.0f} s, but {self._edges[since:]}"
                raise TimeoutError(msg)
            place = self._place(pin, level, since)
        assert place is not None
        return place

    def wait_for_more(self, count: int, timeout_s: float) -> bool:
        """Wait until more than `count` edges were seen; return whether they were."""
        with self._more:
            return self._more.wait_for(lambda: len(self._edges) > count, timeout_s)

    def power_off(self) -> None:
        """Take note of what was written before the power went; without it every level is 0."""
        self._read()
        with self._more:
            self._levels.clear()

    def close(self) -> None:
        """Watch no more."""
        os.write(self._wake, b"x")
        self._thread.join(_JOIN_S)
        for descriptor in (self._told, self._woken, self._wake):
            os.close(descriptor)

    def _place(self, pin: int, level: int, since: int) -> int | None:
        later = enumerate(self._edges[since:], since)
        found = (place for place, edge in later if (edge.pin, edge.level) == (pin, level))
        return next(found, None)

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._told, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while self._woken not in {key.fd for key, _events in selector.select()}:
                self._read()

    def _read(self) -> None:
        with self._reading:
            try:
                written = self._rest + os.read(self._told, _CHUNK)
            except BlockingIOError:
                return
            at_s = time.monotonic()
            *lines, self._rest = written.split(b"\n")
            with self._more:
                for line in lines:
                    pin, level = map(int, line.split())
                    if self._levels.get(pin, 0) != level:
                        self._levels[pin] = level
                        self._edges.append(Edge(at_s, pin, level))
                self._more.notify_all()
