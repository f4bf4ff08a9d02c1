"""A station's board: power that may go at any step, clocks that may be wrong, and the disk's folder."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from central.fleet.clockwork import Clockwork
from station.clock import instant
from station.tap import Reading

BOOT_MS: Final = 8_000
"""How long a machine takes from the power to its programs."""
ERROR_MS: Final = 500
_PPM: Final = 1_000_000


class PowerCut(BaseException):
    """The power goes; no program is to catch it."""


@dataclass(slots=True)
class Fuse:
    """Lets the power go at a step chosen beforehand: every port a program goes through is a step."""

    left: int | None = None

    def step(self) -> None:
        """Take one step; raises PowerCut at the one that was chosen."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise PowerCut


@dataclass(slots=True)
class Board:
    """Clocks and power of one machine; `life` counts how often its power went or came.

    The raw clock runs wrong by `drift_ppm` and begins anew at each boot. The wall clock is off by
    `offset_ms` and says whether it believes itself; a stuck one stands still.
    """

    name: str
    folder: Path
    clockwork: Clockwork
    dice: random.Random
    drift_ppm: int = 0
    offset_ms: int = 0
    is_synchronised: bool = True
    stuck_at_ms: int | None = None
    is_on: bool = False
    life: int = 0
    boot_id: str = ""
    fuse: Fuse = field(default_factory=Fuse)
    _booted_ms: int = 0

    def power_on(self) -> None:
        """Begin a boot: the raw clock starts over, under a name nobody has heard."""
        self.is_on, self.life, self._booted_ms = True, self.life + 1, self.clockwork.now_ms
        self.boot_id = self.dice.randbytes(16).hex()
        self.fuse.left = None

    def power_off(self) -> None:
        """End it."""
        self.is_on, self.life = False, self.life + 1
        self.fuse.left = None

    def raw_ms(self) -> int:
        """Return what CLOCK_MONOTONIC_RAW says."""
        passed_ms = self.clockwork.now_ms - self._booted_ms
        return passed_ms * (_PPM + self.drift_ppm) // _PPM

    def monotonic(self) -> float:
        """Return seconds that no step of the wall clock touches."""
        return self.raw_ms() / 1000

    def wall_ms(self) -> int:
        """Return what the wall clock claims."""
        now_ms = self.clockwork.now_ms if self.stuck_at_ms is None else self.stuck_at_ms
        return max(0, now_ms + self.offset_ms)


@dataclass(frozen=True, slots=True)
class BoardClock:
    """The clocks of a board as one of its programs reads them, under the boot number it found."""

    board: Board
    boot: int

    def reading(self) -> Reading:
        """Return what every clock of the machine says now."""
        board = self.board
        board.fuse.step()
        raw_ms = board.raw_ms()
        return Reading(self.boot, raw_ms, raw_ms, board.wall_ms(), int(board.is_synchronised), ERROR_MS)

    def now(self) -> datetime:
        """Return the wall clock's claim as an aware UTC datetime."""
        return instant(self.board.wall_ms())
