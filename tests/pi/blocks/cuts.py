"""The states a disk may be found in: after each write as it came, or with a volatile cache lost and torn."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from tests.pi.blocks.disk import SECTOR
from tests.pi.blocks.writes import Flush, Write

SUPERBLOCK = 4096
"""Never torn here: it is the one block ext4 writes in its place alone, and without it nothing is mounted."""

Piece: TypeAlias = tuple[int, bytes]


class Cache(Enum):
    """What becomes of writes no flush has followed: all arrive, or each wholly, torn or not at all."""

    IN_ORDER = "in order"
    LOST = "lost cache"


@dataclass(frozen=True, slots=True)
class Cut:
    """One state, found after `place` changes while the log was shorter than `until`.

    The first `safe` changes are on the disk whatever happens, and of those after them what `arrived`.
    """

    place: int
    until: float
    safe: int
    arrived: Sequence[Piece]


def cuts(changes: Sequence[Write | Flush], cache: Cache, dice: random.Random, draws: int) -> Iterator[Cut]:
    """Yield every state of writes kept in order; of a lost cache `draws` of each moment, and its worst."""
    in_flight, safe = list[Write](), 0
    for place, change in enumerate(changes, 1):
        match change, cache:
            case Write(), Cache.IN_ORDER:
                in_flight.append(change)
                # A flush alone changes nothing on this disk, and what is shown after it is due as well.
                rest = (each.end for each in changes[place:] if isinstance(each, Write))
                yield Cut(place, next(rest, math.inf), safe, [(each.at, each.data) for each in in_flight])
            case Write(), Cache.LOST:
                in_flight.append(change)
                until = changes[place].end if place < len(changes) else math.inf
                for _ in range(draws):
                    left = [piece for each in in_flight for piece in _left(each, dice)]
                    yield Cut(place, until, safe, left)
            case Flush(), _:
                if in_flight and cache is Cache.LOST:
                    yield Cut(place - 1, change.end, safe, [])
                in_flight.clear()
                safe = place


def _left(write: Write, dice: random.Random) -> Iterator[Piece]:
    chance, start = dice.choice((0.0, 0.5, 1.0)), 0
    while start < len(write.data):
        size = SUPERBLOCK if write.at + start == 0 else SECTOR
        if dice.random() < chance:
            yield write.at + start, write.data[start : start + size]
        start += size
