"""When to talk next: the poll, the wait after a failure, and stations kept apart after an outage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from sync_agent.backoff import Backoff
from sync_agent.config import TimingSettings

LEAST_POLL_S, MOST_POLL_S = 5.0, 900.0

SILENCE_S = 120.0
"""After so long without an acknowledgement, other stations are likely to have missed central as well."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """Seconds between talks; without `poll_s` central decides.

    `reconnect_s` bounds the window over which the stations of a district spread after an outage.
    """

    poll_s: float | None
    linger_s: float
    backoff: Backoff
    reconnect_s: float = 300.0

    @classmethod
    def of(cls, timing: TimingSettings) -> Self:
        """Return how settings pace the talks."""
        backoff = Backoff(timing.backoff_s, timing.longest_backoff_s)
        return cls(timing.poll_s, timing.linger_s, backoff, timing.reconnect_s)

    def until_poll_s(self, asked_s: float) -> float:
        """Return how long to be quiet once central has everything; `asked_s` is central's own wish."""
        return self.poll_s if self.poll_s is not None else min(max(asked_s, LEAST_POLL_S), MOST_POLL_S)

    def window_s(self, published_s: float) -> float:
        """Return the reconnect window: what central published, within what is allowed here."""
        return min(max(published_s, 0.0), self.reconnect_s)

    def after_silence_s(
        self, attempt: int, dice: Callable[[], float], asked_s: float | None, window_s: float
    ) -> float:
        """Return how long to wait after `attempt` failures in a row before this one.

        The whole window is added to full jitter after a long silence: any attempt may be the first
        that central hears after an outage, and every other station makes its own at the same time.
        An answer that asked for time came from a central that counts who waits.
        """
        delay_s = self.backoff.delay_s(attempt, dice, asked_s)
        return delay_s if asked_s is not None else delay_s + dice() * self.window_s(window_s)
