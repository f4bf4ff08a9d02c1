"""What was typed in a practice room, done one errand after another, each to its end."""

import time
from collections import deque

from station.errors import StationError
from station.simulator.room.acts import AT_ONCE, Acts, Errand, Until
from station.simulator.room.children import ChildError
from station.simulator.room.practice import Room


class Errands:
    """Takes typed lines; `go_on` does what is due and never waits itself."""

    def __init__(self, room: Room) -> None:
        self._scene = room.scene
        self._acts = Acts(room)
        self._typed: deque[str] = deque()
        self._errand: Errand | None = None
        self._until: Until = AT_ONCE
        self._since_s = 0.0

    @property
    def verbs(self) -> list[str]:
        """Return the first words there are, for whoever completes them."""
        return sorted(self._acts.verbs)

    @property
    def is_over(self) -> bool:
        """Say whether somebody quit."""
        return self._acts.has_quit

    @property
    def is_idle(self) -> bool:
        """Say whether all that was typed has been done."""
        return self._errand is None and not self._typed

    def type(self, line: str) -> None:
        """Take a line; it is done when what was typed before is."""
        if line.strip():
            self._typed.append(line.strip())

    def begin(self) -> None:
        """Switch the power on, before anything that was typed."""
        self._errand = self._acts.power_on()

    def go_on(self) -> None:
        """Do what is due; raises ChildError when the bench is gone."""
        while not self.is_over:
            if self._errand is None:
                if not self._typed:
                    return
                line = self._typed.popleft()
                self._scene.say(f"> {line}")
                self._errand = self._acts.errand(line)
            elif self._is_waiting():
                return
            else:
                self._step(self._errand)

    def _step(self, errand: Errand) -> None:
        try:
            self._until, self._since_s = next(errand), time.monotonic()
        except ChildError:
            raise
        except (StopIteration, StationError) as end:
            if isinstance(end, StationError):
                self._scene.say(f"  {end}")
            self._errand, self._until = None, AT_ONCE

    def _is_waiting(self) -> bool:
        is_so, at_most_s = self._until
        return not is_so() and time.monotonic() - self._since_s < at_most_s
