"""One file's bytes on their way to the disk, and which of them may have arrived when the power goes."""

import itertools
import random
from dataclasses import dataclass, field
from enum import Enum
from typing import Self, TypeAlias

from tests.crash.calls import Reserve, Resize, Write

SECTOR = 512
"""What a disk writes in one piece; a page in flight may arrive in part."""

Change: TypeAlias = Write | Resize | Reserve


class Fate(Enum):
    """Which of the bytes in flight arrived before the power went."""

    NONE = "none"
    ALL = "all"
    FIRST = "the first of them"
    LAST = "the last of them"
    SOME = "some of them"
    TORN = "some sectors of them"


@dataclass(slots=True)
class Bytes:
    """What a file holds; most of a long row of zeros at its end is known by the file's size alone."""

    head: bytearray = field(default_factory=bytearray)
    size: int = 0

    def copy(self) -> "Bytes":
        """Return the same bytes, to be changed by themselves."""
        return Bytes(self.head[:], self.size)

    def whole(self) -> bytes:
        """Return all of them."""
        return bytes(self.head) + bytes(self.size - len(self.head))

    def apply(self, change: Change) -> None:
        """Let a change have happened."""
        match change:
            case Resize():
                del self.head[change.size :]
                self.size = change.size
            case Reserve():
                self.size = max(self.size, change.size)
            case Write():
                at = change.at or 0
                self.size = max(self.size, at + len(change.data))
                if at < len(self.head) or not is_zeros(change):
                    self.head.extend(bytes(max(0, at - len(self.head))))
                    self.head[at : at + len(change.data)] = change.data


@dataclass(eq=False, slots=True)
class Content:
    """One file's bytes, whatever its name: as they are read now, as flushed, and what came since."""

    now: Bytes = field(default_factory=Bytes)
    flushed: Bytes = field(default_factory=Bytes)
    in_flight: list[Change] = field(default_factory=list)

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return the content of a file that is safe on the disk."""
        return cls(Bytes(bytearray(data), len(data)), Bytes(bytearray(data), len(data)))

    def change(self, change: Change) -> None:
        """Take a change that may or may not survive."""
        self.now.apply(change)
        self.in_flight.append(change)

    def flush(self) -> None:
        """Let every change so far be safe."""
        for change in self.in_flight:
            self.flushed.apply(change)
        self.in_flight.clear()

    def after_cut(self, fate: Fate, dice: random.Random) -> Bytes:
        """Return what is found of the file later."""
        left = self.flushed.copy()
        for change in _arrived(self.in_flight, fate, dice):
            left.apply(change)
        return left


def is_zeros(write: Write) -> bool:
    """Say whether nothing but zeros is written."""
    return write.data == bytes(len(write.data))


def _arrived(changes: list[Change], fate: Fate, dice: random.Random) -> list[Change]:
    match fate:
        case Fate.NONE:
            return []
        case Fate.ALL:
            return changes
        case Fate.FIRST:
            return changes[: dice.randint(0, len(changes))]
        case Fate.LAST:
            return changes[dice.randint(0, len(changes)) :]
        case Fate.SOME:
            return [change for change in changes if dice.randrange(2)]
        case Fate.TORN:
            return [part for change in changes for part in _sectors(change) if dice.randrange(3)]


def _sectors(change: Change) -> list[Change]:
    """Return a write as the sectors of the disk it touches."""
    if not isinstance(change, Write) or change.at is None or is_zeros(change):
        return [change]
    end = change.at + len(change.data)
    edges = [change.at, *range((change.at // SECTOR + 1) * SECTOR, end, SECTOR), end]
    return [
        Write(change.file, begin, change.data[begin - change.at : until - change.at])
        for begin, until in itertools.pairwise(edges)
    ]
