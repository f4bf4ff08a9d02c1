"""A stand-in for the GPIO library that keeps the level of each pin and every change of them."""

import threading
from collections.abc import Sequence

DEADLINE_S = 20.0


class Board:
    """The pins of one Raspberry Pi, as far as a panel and a reset line use them."""

    BCM = 11
    OUT = 0

    def __init__(self) -> None:
        self.levels: dict[int, int] = {}
        self.history: list[dict[int, int]] = []
        self.changed = threading.Condition()
        self.numbering: int | None = None
        self.looked_at = 0

    def setwarnings(self, flag: int, /) -> None:
        assert not flag

    def setmode(self, mode: int, /) -> None:
        self.numbering = mode

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        assert self.numbering == self.BCM
        assert direction == self.OUT
        self._change(channel, initial)

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        pins = [channel] if isinstance(channel, int) else channel
        assert set(pins) <= set(self.levels), "a pin must be set up before it is used"
        self._change(channel, value)

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        with self.changed:
            for pin in [channel] if isinstance(channel, int) else channel:
                del self.levels[pin]
            self.changed.notify_all()

    def _change(self, channel: Sequence[int] | int, value: Sequence[int] | int) -> None:
        pins = [channel] if isinstance(channel, int) else list(channel)
        values = [value] * len(pins) if isinstance(value, int) else list(value)
        with self.changed:
            self.levels |= dict(zip(pins, values, strict=True))
            self.history.append(dict(self.levels))
            self.changed.notify_all()

    def await_levels(self, **lit: bool) -> None:
        """Wait until exactly these outputs were on, after those awaited before."""
        pins = {17: "left", 27: "middle", 22: "right", 23: "status", 18: "buzzer"}
        wanted = {pin: int(lit.get(name, False)) for pin, name in pins.items()}
        with self.changed:
            # Looked for in the history, since a busy machine may wake this thread too late to see it.
            found = self.changed.wait_for(lambda: wanted in self.history[self.looked_at :], DEADLINE_S)
            assert found, self.history
            self.looked_at = self.history.index(wanted, self.looked_at) + 1
