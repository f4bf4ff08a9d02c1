"""What a district's stations do to central after an outage: a queue, and the waits the agent really draws."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Final

from central.intake.acks import reconnect_window_s
from central.intake.reply import RETRY_AFTER_S
from sync_agent.config import TimingSettings
from sync_agent.pacing import Pacing

CAPACITY_RPS: Final = 200
"""Requests a second that central is reckoned to carry out: what its reconnect window is made for."""
REQUESTS_EACH: Final = 2
"""So many requests bring what a station has after a day without central."""
QUEUE_S: Final = 4
"""So much work may wait; what comes on top is refused."""
REFUSAL_COST: Final = 0.3
"""What a refusal costs of what carrying a request out costs."""

_OUTAGE_S: Final = 7_200.0
_NEXT_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Herd:
    """How a fleet came back: seconds since the outage ended, requests a second at the worst, and in all."""

    ideal_s: float
    window_s: float
    last_done_s: float
    peak_rps: int
    requests: int
    refused: int


@dataclass(slots=True)
class _Queue:
    """Central's work, one request after the other."""

    free_at_s: float = 0.0

    def takes(self, now_s: float) -> bool:
        """Take a request, or refuse it when too much waits."""
        begin_s = max(self.free_at_s, now_s)
        is_taken = begin_s - now_s < QUEUE_S
        self.free_at_s = begin_s + (1.0 if is_taken else REFUSAL_COST) / CAPACITY_RPS
        return is_taken


def come_back(stations: int, seed: int, *, had_power: bool, is_spread: bool = True) -> Herd:
    """Let a district come back at one moment after two hours without central.

    Without power every station then boots and waits its part of the window. With power, each has
    tried again and again, and what it was waiting when central came back it waits first. Where it is
    not `is_spread` nobody keeps a window: what the protocol would do without one.
    """
    dice = random.Random(f"{seed}/herd")  # noqa: S311  a run repeats itself
    window_s = float(reconnect_window_s(stations)) if is_spread else 0.0
    pacing = Pacing.of(TimingSettings())
    wait_s = partial(_wait_s, pacing, dice, window_s)
    firsts = (_first_s(wait_s, dice) if had_power else dice.random() * window_s for _ in range(stations))
    waiting = [(at_s, number, 0, REQUESTS_EACH) for number, at_s in enumerate(firsts)]
    heapq.heapify(waiting)
    queue, each_second = _Queue(), Counter[int]()
    last_done_s, refused = 0.0, 0
    while waiting:
        now_s, number, attempt, left = heapq.heappop(waiting)
        each_second[int(now_s)] += 1
        if not queue.takes(now_s):
            refused += 1
            heapq.heappush(waiting, (now_s + wait_s(attempt, RETRY_AFTER_S), number, attempt + 1, left))
            continue
        last_done_s = max(last_done_s, queue.free_at_s)
        if left > 1:
            heapq.heappush(waiting, (queue.free_at_s + _NEXT_S, number, 0, left - 1))
    ideal_s = stations * REQUESTS_EACH / CAPACITY_RPS
    requests, peak_rps = each_second.total(), max(each_second.values())
    return Herd(ideal_s, window_s, last_done_s, peak_rps, requests, refused)


def _first_s(wait_s: "partial[float]", dice: random.Random) -> float:
    """Return when a station that has failed for the whole outage tries for the first time after it."""
    at_s, attempt = dice.random() * _NEXT_S - _OUTAGE_S, 0
    while at_s < 0:
        at_s += wait_s(attempt, None)
        attempt += 1
    return at_s


def _wait_s(
    pacing: Pacing, dice: random.Random, window_s: float, attempt: int, asked_s: float | None
) -> float:
    return pacing.after_silence_s(attempt, dice.random, asked_s, window_s)
