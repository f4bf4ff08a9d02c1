"""Virtual time: a heap of events carried out in order by one thread, and a digest of all that happened."""

import hashlib
import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Event: TypeAlias = Callable[[], None]

DEEPEST: Final = 10
"""So many conversations may be under way at once; who comes later waits a moment."""
REMEMBERED: Final = 60
"""So many of the last happenings of each one are kept for a report."""


@dataclass(slots=True)
class Clockwork:
    """The time of a simulated world in ms UTC, and what is to happen when.

    Happenings at one instant come in the order in which they were arranged. Every note goes into the
    trace: two runs with the same trace did the same things at the same times in the same order.
    """

    now_ms: int
    depth: int = 0
    recent: dict[str, deque[str]] = field(default_factory=dict)
    events: int = 0
    _heap: list[tuple[int, int, Event]] = field(default_factory=list)
    _arranged: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def at(self, at_ms: int, event: Event) -> None:
        """Arrange for something to happen, at once if its time has passed."""
        self._arranged += 1
        heapq.heappush(self._heap, (max(at_ms, self.now_ms), self._arranged, event))

    def after(self, delay_ms: float, event: Event) -> None:
        """Arrange for something to happen in a while."""
        self.at(self.now_ms + max(0, int(delay_ms)), event)

    def run_until(self, end_ms: int) -> None:
        """Let everything happen that is arranged up to an instant, which is then the present."""
        while self._heap and self._heap[0][0] <= end_ms:
            self._step()
        self.now_ms = max(self.now_ms, end_ms)

    def wait(self, is_over: Callable[[], bool], until_ms: int) -> None:
        """Let everybody else go on until something is over, or its time is.

        This is how one program waits for an answer while the others work: whoever begins to wait
        meanwhile is done waiting first, so that an answer may be heard later than it came.
        """
        self.depth += 1
        try:
            while not is_over() and self._heap and self._heap[0][0] <= until_ms:
                self._step()
        finally:
            self.depth -= 1
        if not is_over():
            self.now_ms = max(self.now_ms, until_ms)

    def note(self, who: str, what: str, detail: object = "") -> None:
        """Put a happening into the trace."""
        line = f"{self.now_ms} {who} {what} {detail}"
        self._digest.update(line.encode())
        kept = self.recent.get(who)
        if kept is None:
            kept = self.recent[who] = deque(maxlen=REMEMBERED)
        kept.append(line)

    @property
    def trace(self) -> str:
        """Return the digest of everything noted so far, in 16 hex digits."""
        return self._digest.hexdigest()[:16]

    def _step(self) -> None:
        at_ms, _, event = heapq.heappop(self._heap)
        self.now_ms = max(self.now_ms, at_ms)
        self.events += 1
        event()
