"""How long to wait after a failure: full jitter that doubles, and whatever central asked for."""

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_ASKED_S = 3_600.0
"""No Retry-After, however large, silences a station for longer."""

_MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class Backoff:
    """The first wait's bound, and the bound of every wait, in seconds."""

    first_s: float = 4.0
    longest_s: float = 300.0

    def delay_s(self, attempt: int, dice: Callable[[], float], asked_s: float | None = None) -> float:
        """Return how long to wait after `attempt` failures in a row before this one.

        Uniform between 0 and first_s * 2**attempt, bounded by longest_s, but never less than what
        the answer asked for. `dice` gives a float in [0, 1).
        """
        bound_s = min(self.longest_s, self.first_s * 2.0 ** min(max(attempt, 0), _MOST_DOUBLINGS))
        asked_s = min(max(asked_s or 0.0, 0.0), LONGEST_ASKED_S)
        return max(dice() * bound_s, asked_s)
