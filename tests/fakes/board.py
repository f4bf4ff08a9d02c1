"""A stand-in for the GPIO library that keeps every change of every pin and when it was."""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class LgpioError(Exception):
    """What lgpio raises: an error of its own with no other base."""


class Edge(NamedTuple):
    """A pin changed its level; a pin given back has none."""

    at_ms: int
    pin: int
    level: int | None


class Board:
    """The pins of one Raspberry Pi, as far as a panel and a reset line use them."""

    BCM = 11
    OUT = 0

    def __init__(self, now_ms: Callable[[], int] = lambda: 0) -> None:
        self._now_ms = now_ms
        self.levels: dict[int, int] = {}
        self.edges: list[Edge] = []
        self.numbering: int | None = None

    def setwarnings(self, flag: int, /) -> None:
        assert not flag

    def setmode(self, mode: int, /) -> None:
        self.numbering = mode

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        assert self.numbering == self.BCM
        assert direction == self.OUT
        for pin in _listed(channel):
            self._turn(pin, initial)

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        pins = _listed(channel)
        levels = [value] * len(pins) if isinstance(value, int) else list(value)
        assert set(pins) <= set(self.levels), "a pin must be set up before it is used"
        for pin, level in zip(pins, levels, strict=True):
            self._turn(pin, level)

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        for pin in _listed(channel):
            if self.levels.pop(pin, None) is not None:
                self.edges.append(Edge(self._now_ms(), pin, None))

    def since(self, edges: int) -> list[Edge]:
        """Return the changes after so many of them."""
        return self.edges[edges:]

    def _turn(self, pin: int, level: int) -> None:
        if self.levels.get(pin) != level:
            self.levels[pin] = level
            self.edges.append(Edge(self._now_ms(), pin, level))


def _listed(channel: Sequence[int] | int) -> list[int]:
    return [channel] if isinstance(channel, int) else list(channel)
