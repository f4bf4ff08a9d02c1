"""Every state of a disk laid out, mounted and examined, on every processor there is."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.pi.blocks.apart import processors
from tests.pi.blocks.cuts import Cache, cuts
from tests.pi.blocks.remains import Remains
from tests.pi.blocks.writes import Flush, Write

Examine: TypeAlias = Callable[[Path, float], str | None]
"""Says what is wrong with a mounted disk cut off before its log was so long, None when nothing is."""


@dataclass(frozen=True, slots=True)
class Explored:
    """What an exploration came to."""

    states: int
    losses: Sequence[str]

    def __str__(self) -> str:
        return f"{self.states} states, {len(self.losses)} bad"


@dataclass(frozen=True, slots=True)
class Exploration:
    """A disk's beginning and its changes, what becomes of its cache, and what every state must stand.

    Of a lost cache so many states are drawn at each moment; none that was over before the log was longer than
    `since` is looked at.
    """

    blank: Path
    changes: Sequence[Write | Flush]
    cache: Cache
    examine: Examine
    draws: int = 1
    since: float = 0
    seed: int = 1

    def run(self, pool: ProcessPoolExecutor, folder: Path) -> Explored:
        """Examine every state, each processor its share of them."""
        jobs = [pool.submit(self.share, folder, number, processors()) for number in range(processors())]
        found = [job.result() for job in jobs]
        return Explored(sum(each.states for each in found), [loss for each in found for loss in each.losses])

    def share(self, folder: Path, number: int, shares: int) -> Explored:
        """Examine every so manieth state."""
        remains = Remains(self.blank, self.changes, folder / f"{self.cache.name}-{number}")
        states, losses = 0, list[str]()
        dice = random.Random(self.seed)  # noqa: S311 (a state must be found again by its seed)
        for place, cut in enumerate(cuts(self.changes, self.cache, dice, self.draws)):
            if place % shares != number or cut.until <= self.since:
                continue
            states += 1
            with remains.after(cut) as root:
                wrong = self.examine(root, cut.until)
            if wrong is not None:
                losses.append(f"{self.cache.value}, cut after change {cut.place}: {wrong}")
        return Explored(states, losses)
