"""What one simulated run is made of: its size, its length, and which faults may strike it how often."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Self

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


class Fault(StrEnum):
    """A kind of fault; a run draws a subset of them, and within it where and when each strikes."""

    CUT = "power-cut"
    REBOOT = "reboot"
    KILL = "agent-killed"
    CLOCK = "clock"
    DISK = "disk-refuses"
    FORGET = "agent-database-lost"
    IMAGE = "image-restored"
    CLONE = "clone"
    REVOKE = "revoked"
    CRASH = "server-crash"
    RESTORE = "server-restored"
    SILENT = "server-restored-silently"
    LOSS = "loss"
    REPEAT = "repeats"
    DELAY = "delay"
    TRUNCATION = "truncation"
    PORTAL = "captive-portal"
    PARTITION = "partition"


WEATHER: Final = frozenset(
    {Fault.LOSS, Fault.REPEAT, Fault.DELAY, Fault.TRUNCATION, Fault.PORTAL, Fault.PARTITION}
)
"""What the network does; the other kinds strike at single moments."""
OF_IDENTITY: Final = frozenset({Fault.FORGET, Fault.IMAGE, Fault.CLONE})
"""What makes a second life of a station: central may call it fork, rollback or clone."""
OF_THE_STORE: Final = frozenset({Fault.RESTORE, Fault.SILENT})
"""What takes evidence from central."""

# How often each kind strikes in a long run: so many times in 1,000 station-days.
_PER_1000_DAYS: Final[Mapping[Fault, int]] = {
    Fault.CUT: 60,
    Fault.REBOOT: 20,
    Fault.KILL: 20,
    Fault.CLOCK: 30,
    Fault.DISK: 5,
    Fault.FORGET: 2,
    Fault.IMAGE: 2,
    Fault.CLONE: 1,
    Fault.REVOKE: 1,
}
# What strikes central or everybody: so many times in 100 school days, however many stations there are.
_PER_100_DAYS: Final[Mapping[Fault, int]] = {
    Fault.CRASH: 100,
    Fault.RESTORE: 10,
    Fault.SILENT: 5,
    Fault.PARTITION: 20,
}
# In a short run: how many times at most.
_MOST_TIMES: Final[Mapping[Fault, int]] = {
    Fault.CUT: 5,
    Fault.REBOOT: 2,
    Fault.KILL: 3,
    Fault.CLOCK: 3,
    Fault.DISK: 2,
    Fault.FORGET: 1,
    Fault.IMAGE: 2,
    Fault.CLONE: 1,
    Fault.REVOKE: 1,
    Fault.CRASH: 3,
    Fault.RESTORE: 2,
    Fault.SILENT: 1,
    Fault.PARTITION: 2,
}
_LIKELY: Final = 0.5
# Rarer, so that there are runs in which any alarm at all is a false one.
_UNLIKELY: Final = 0.25


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a run is: its stations, and school days, or the minutes of a single stretch.

    In a run of days every station is switched on in the morning, off in the evening, and hears about
    `taps_a_day` students come in bursts; in a run of minutes they come one by one.
    """

    stations: int
    days: int = 0
    minutes: int = 0
    taps_a_day: int = 40
    poll_s: int = 600

    @property
    def is_short(self) -> bool:
        """Say whether the run is one stretch of minutes."""
        return self.minutes > 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: its seed, its scale, its faults, and the bug planted in it, if any."""

    seed: int
    scale: Scale
    faults: frozenset[Fault] = field(default_factory=frozenset)
    plant: str | None = None

    def dice(self, *purpose: object) -> random.Random:
        """Return dice of their own for a purpose, so that one fault's are not another's."""
        return random.Random("/".join(map(str, (self.seed, *purpose))))  # noqa: S311  a run repeats itself

    def without(self, fault: Fault) -> Self:
        """Return the same run spared one kind of fault."""
        return replace(self, faults=self.faults - {fault})

    def times(self, fault: Fault, dice: random.Random) -> int:
        """Return how many times a kind strikes that strikes at single moments."""
        if fault not in self.faults:
            return 0
        if self.scale.is_short:
            return dice.randint(1, _MOST_TIMES[fault])
        days = self.scale.days
        common = _PER_100_DAYS.get(fault)
        expected = (
            days * common / 100 if common else self.scale.stations * days * _PER_1000_DAYS[fault] / 1000
        )
        return max(1, round(expected * dice.uniform(0.5, 1.5)))


def swarm(seed: int) -> frozenset[Fault]:
    """Draw which kinds of fault a seed's run has: some runs have few, and then those have the field."""
    dice = random.Random(f"{seed}/swarm")  # noqa: S311  a run repeats itself
    rare = OF_IDENTITY | OF_THE_STORE | {Fault.REVOKE}
    return frozenset(fault for fault in Fault if dice.random() < (_UNLIKELY if fault in rare else _LIKELY))


def small(seed: int) -> Scale:
    """Draw the scale of a small fleet."""
    dice = random.Random(f"{seed}/scale")  # noqa: S311  a run repeats itself
    return shortened(dice.choice((3, 3, 3, 4, 5, 6)), dice.choice((4, 8, 15, 40, 120)))


def shortened(stations: int, minutes: int) -> Scale:
    """Return the scale of so many minutes, in which every station asks about five times unprompted."""
    return Scale(stations=stations, minutes=minutes, poll_s=max(20, 12 * minutes))


def read_faults(text: str) -> frozenset[Fault]:
    """Read kinds of fault as they are typed, comma between them; raises ValueError for another word."""
    return frozenset(Fault(name) for name in text.split(",") if name not in {"", "none"})


def names(faults: Iterable[Fault]) -> str:
    """Return the kinds as they are typed, in their order."""
    return ",".join(fault for fault in Fault if fault in set(faults)) or "none"
