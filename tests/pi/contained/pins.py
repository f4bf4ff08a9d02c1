"""What a board's pins do, seen from outside: the stand-in for its chip writes every change into a pipe."""

import os
import selectors
import threading
from pathlib import Path
from typing import Final

from tests.pi.edges import Edges

GPIO: Final = 997
"""The number of the group gpio on the card, given by whoever lays its accounts out."""
_CHUNK: Final = 4_096
_JOIN_S: Final = 10


class Pins(Edges):
    """The lamps and the buzzer of a board, over all its starts, as `lgpio_outside.py` tells of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.pipe = folder / "gpiochip0"
        os.mkfifo(self.pipe)
        os.chown(self.pipe, 0, GPIO)
        self.pipe.chmod(0o660)
        # Open for both, so that it is never at its end.
        self._told = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self._woken, self._wake = os.pipe()
        self._rest = b""
        self._reading = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="pins", daemon=True)
        self._thread.start()

    def power_off(self) -> None:
        """Take note of what was written before the power went; without it every level is 0."""
        self._read()
        self.drop_levels()

    def close(self) -> None:
        """Watch no more."""
        os.write(self._wake, b"x")
        self._thread.join(_JOIN_S)
        for descriptor in (self._told, self._woken, self._wake):
            os.close(descriptor)

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
            *lines, self._rest = written.split(b"\n")
            for line in lines:
                pin, level = map(int, line.split())
                self.note(pin, level)
