"""What waits for the writer, in two lanes: whoever is up to date goes before whoever has a backlog."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from central.intake.admission import Lane

T = TypeVar("T")

DRAIN_SHARE: Final = 0.25
"""This part of a group is the drains' own, so that those in a hurry never starve them."""


@dataclass(slots=True)
class Lanes(Generic[T]):
    """Two queues of work, each item with its units; the order inside a lane is that of arrival."""

    _lanes: dict[Lane, "deque[tuple[T, int]]"] = field(
        default_factory=lambda: {lane: deque() for lane in Lane}
    )

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def put(self, item: T, lane: Lane, units: int) -> None:
        """Let an item wait."""
        self._lanes[lane].append((item, units))

    def take(self, most: int, is_wanted: Callable[[T], bool]) -> list[T]:
        """Take the next group, of at most so many units; an item that is not wanted any more is dropped."""
        live, drain = self._lanes[Lane.LIVE], self._lanes[Lane.DRAIN]
        own = int(most * DRAIN_SHARE) if drain else 0
        taken, left = _taken(live, most - own, is_wanted)
        more, left = _taken(drain, left + own, is_wanted)
        rest, _ = _taken(live, left, is_wanted)
        return [*taken, *more, *rest]


def _taken(waiting: "deque[tuple[T, int]]", most: int, is_wanted: Callable[[T], bool]) -> tuple[list[T], int]:
    taken: list[T] = []
    while waiting and most >= waiting[0][1]:
        item, units = waiting.popleft()
        if is_wanted(item):
            taken.append(item)
            most -= units
    return taken, most
