"""The self-test of a running station: made beside the taps, its outcome fetched when it is there."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from station.logs import Log
from station.staff.session import Wish

LAMPS_MS: Final = 5_000
"""How long the lamps have to show themselves, in a quiet room too, before the outcome takes their place."""

Examine: TypeAlias = Callable[[], Sequence[str]]
"""Look at every part and return the code of each that is not well; may take its time."""

log = Log(__name__)


class Examination:
    """At most one self-test at a time, in a thread of its own so that no tap waits for it."""

    def __init__(self, examine: Examine) -> None:
        self._examine = examine
        self._outcome: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
        self._asked: tuple[Wish, int] | None = None

    def begin(self, wish: Wish, raw_ms: int) -> bool:
        """Begin to examine; return whether none was under way."""
        if self._asked is not None:
            return False
        self._asked = (wish, raw_ms)
        threading.Thread(target=self._work, name="self-test", daemon=True).start()
        return True

    def outcome(self, raw_ms: int) -> tuple[Wish, list[str]] | None:
        """Return who asked and what was found, once; None while there is nothing to tell."""
        if self._asked is None or raw_ms - self._asked[1] < LAMPS_MS or self._outcome.empty():
            return None
        wish, self._asked = self._asked[0], None
        return wish, self._outcome.get()

    def _work(self) -> None:
        try:
            found = list(self._examine())
        except Exception:
            # Whatever broke while looking is itself something that is not well.
            log.exception("self_test.broke")
            found = ["self-test"]
        self._outcome.put(found)
