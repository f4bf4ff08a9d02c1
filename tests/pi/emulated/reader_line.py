"""An emulated PN532 at the other end of the board's serial line."""

import time
from collections.abc import Callable

from station.simulator.chip import Chip
from station.simulator.field import Field
from station.simulator.frames import ACK, ERROR, Unframer, answer


class ReaderLine:
    """Carries bytes between chip and line; the chip takes the time over an answer that it says it takes.

    The speed of the line is not modelled: what is sent arrives.
    """

    def __init__(self, field: Field, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.chip = Chip(field)
        self._monotonic = monotonic
        self._unframer = Unframer()
        self._due: tuple[float, bytes] | None = None
        self._send: Callable[[bytes], None] = lambda _data: None

    def power_on(self, send: Callable[[bytes], None]) -> None:
        """Be wired to a board that was just switched on."""
        self.chip.power_cut()
        self._unframer.clear()
        self._due, self._send = None, send

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the board, and answer them."""
        for command in self._unframer.feed(data):
            # Whatever the host says, it no longer waits for what it asked before.
            self._due = None
            if command.code is None:
                continue
            result = self.chip.execute(command.code, command.data)
            self._send(ACK)
            if result is None:
                self._send(ERROR)
                continue
            self._due = (self._monotonic() + result.wait_s, answer(command.code, result.data))
        self.send_due()

    def wait_s(self) -> float | None:
        """Return how long until an answer is due; None when none is."""
        return max(0.0, self._due[0] - self._monotonic()) if self._due else None

    def send_due(self) -> None:
        """Send the answer whose time has come."""
        if self._due and self._due[0] <= self._monotonic():
            _at, frame = self._due
            self._due = None
            self._send(frame)
