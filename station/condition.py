"""What condition the station is in between taps: the state its panel shows, and whether a reader is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from station.logs import Log
from station.reader import Reader
from station.station import Station
from station.tap import Reading
from station.verdict import State

READER_GRACE_MS: Final = 2_000
STUCK_MS: Final = 60_000
OFFLINE_MS: Final = 60 * 60_000

log = Log(__name__)


@dataclass(slots=True)
class Condition:
    """What is known of one station's readers, staff, clock and central."""

    station: Station
    readers: Sequence[Reader]
    _not_ready_since: dict[str, int] = field(default_factory=dict)
    _beacon_ms: int | None = None
    _began_ms: int | None = None
    _stuck_said: set[str] = field(default_factory=set)

    def heard(self, raw_ms: int) -> None:
        """Take note that central vouched for the time."""
        self._beacon_ms = raw_ms

    def state(self, reading: Reading) -> State:
        """Return what the panel is to show while nobody taps: of all that is so, the gravest."""
        if self._began_ms is None:
            self._began_ms = reading.raw_ms
        if self._is_reader_missing(reading.raw_ms):
            return State.READER_DOWN
        if (staff := self.station.desk.state) is not None:
            return staff
        if self.station.presence.has_card_left:
            return State.CARD_LEFT
        if not reading.sync_state and self._beacon_ms is None:
            return State.CLOCK_UNTRUSTED
        heard_ms = self._began_ms if self._beacon_ms is None else self._beacon_ms
        return State.OFFLINE if reading.raw_ms - heard_ms > OFFLINE_MS else State.READY

    def is_stuck(self, raw_ms: int) -> bool:
        """Say whether a reader has for a minute neither read nor tried to be opened."""
        for reader in self.readers:
            health = reader.health()
            is_silent = health.cycle_ms is not None and raw_ms - health.cycle_ms > STUCK_MS
            if is_silent:
                if reader.name not in self._stuck_said:
                    self._stuck_said.add(reader.name)
                    log.error("reader.stuck", reader=reader.name, state=health.state)
                return True
            self._stuck_said.discard(reader.name)
        return False

    def _is_reader_missing(self, raw_ms: int) -> bool:
        for reader in self.readers:
            if reader.health().state == "ready":
                self._not_ready_since.pop(reader.name, None)
            else:
                self._not_ready_since.setdefault(reader.name, raw_ms)
        return any(raw_ms - since > READER_GRACE_MS for since in self._not_ready_since.values())
