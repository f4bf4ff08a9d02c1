"""A clock for panels that stands still until a test moves it."""

import threading
from collections.abc import Callable

DEADLINE_S = 20.0


class HandPace:
    """What a panel waits with in place of the real clock; `now_ms` is exact, whatever the machine does."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._changed: threading.Condition | None = None
        self._begun = threading.Event()
        self._due_ms: int | None = None
        self._is_over: Callable[[], bool] = bool

    def wait(self, changed: threading.Condition, is_over: Callable[[], bool], ms: int) -> bool:
        """Wait, as a panel does with its lock held, until it is over or the clock was moved far enough."""
        due_ms = self.now_ms + ms
        self._changed, self._is_over, self._due_ms = changed, is_over, due_ms
        self._begun.set()
        changed.notify_all()
        changed.wait_for(lambda: is_over() or self.now_ms >= due_ms)
        self._due_ms = None
        return is_over()

    def settle(self) -> None:
        """Wait until the panel has done all there is to do at this moment."""
        assert self._begun.wait(DEADLINE_S)
        assert self._changed is not None
        with self._changed:
            assert self._changed.wait_for(self._is_idle, DEADLINE_S)

    def advance(self, ms: int) -> None:
        """Move the clock, stopping at each moment the panel waits for."""
        until_ms = self.now_ms + ms
        self.settle()
        while self._due_ms is not None and self._due_ms <= until_ms:
            self._move_to(self._due_ms)
        self._move_to(until_ms)

    def _move_to(self, now_ms: int) -> None:
        assert self._changed is not None
        with self._changed:
            self.now_ms = now_ms
            self._changed.notify_all()
        self.settle()

    def _is_idle(self) -> bool:
        return self._due_ms is not None and self._due_ms > self.now_ms and not self._is_over()
