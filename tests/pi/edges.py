"""The changes of a board's pins as a journey asks for them, whoever tells of them."""

import time
from collections.abc import Callable, Sequence

from tests.pi.board import Edge
from tests.pi.waiting import Heard


class Edges:
    """The `Lamps` of a board; whoever watches its pins notes each level told of."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.heard = Heard()
        self._monotonic = monotonic
        self._edges: list[Edge] = []
        self._levels: dict[int, int] = {}

    def note(self, pin: int, level: int) -> None:
        """Take a level that was told of: an edge only where it is another than before."""
        with self.heard:
            if self._levels.get(pin, 0) != level:
                self._levels[pin] = level
                self._edges.append(Edge(self._monotonic(), pin, level))

    def drop_levels(self) -> None:
        """Take every level for 0 without an edge: a board without power drives no pin."""
        with self.heard:
            self._levels.clear()

    def seen(self) -> Sequence[Edge]:
        """Return every edge so far, oldest first."""
        with self.heard:
            return tuple(self._edges)

    def wait_for_edge(self, pin: int, level: int, timeout_s: float, since: int = 0) -> int:
        """Return the place of the first such edge at or behind `since`; TimeoutError when none comes."""

        def look() -> int | None:
            later = enumerate(self._edges[since:], since)
            return next((place for place, edge in later if (edge.pin, edge.level) == (pin, level)), None)

        return self.heard.wait(look, timeout_s, f"level {level} of pin {pin}")

    def wait_for_more(self, count: int, timeout_s: float) -> bool:
        """Wait until `seen` is longer than `count`; return whether it is."""
        try:
            return self.heard.wait(lambda: len(self._edges) > count or None, timeout_s, "another edge")
        except TimeoutError:
            return False
