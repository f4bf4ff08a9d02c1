"""So many in a second, and so many at once: what somebody may ask for."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Budget:
    """Begins full at the instant `_at_s`; every later instant is of the same monotonic clock, in seconds."""

    a_second: float
    at_once: float
    _at_s: float
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.at_once

    def wait_s(self, at_s: float) -> float:
        """Return in how many seconds one may be taken, 0 for at once."""
        self._fill(at_s)
        return max(0.0, (1 - self._left) / self.a_second)

    def take(self, at_s: float) -> None:
        """Take one, though there may be none: nobody owes more than one."""
        self._fill(at_s)
        self._left = max(-1.0, self._left - 1)

    def _fill(self, at_s: float) -> None:
        self._left = min(self.at_once, self._left + (at_s - self._at_s) * self.a_second)
        self._at_s = at_s
