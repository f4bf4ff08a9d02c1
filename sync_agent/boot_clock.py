"""The clock of this boot for the agent, which learns the boot's number from the station's journal."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from station.boot import UNNUMBERED
from station.clock import Clock
from station.errors import JournalError
from station.tap import Reading


@dataclass(slots=True)
class BootClock:
    """What `clock` says, under the number `numbered` finds for a raw clock in ms.

    While that is UNNUMBERED, or the journal cannot be read, it is asked again at the next reading.
    """

    clock: Clock
    numbered: Callable[[int], int]
    _boot: int = field(default=UNNUMBERED, init=False)

    def reading(self) -> Reading:
        """Return what every clock of the machine says now."""
        reading = self.clock.reading()
        if self._boot == UNNUMBERED:
            self._boot = self._ask(reading.raw_ms)
        return replace(reading, boot=self._boot)

    def now(self) -> datetime:
        """Return the wall clock's claim as an aware UTC datetime."""
        return self.clock.now()

    def _ask(self, raw_ms: int) -> int:
        try:
            return self.numbered(raw_ms)
        except JournalError:
            return UNNUMBERED
