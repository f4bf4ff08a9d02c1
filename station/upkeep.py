"""What the loop looks after between taps: gaps, inbox, signs of life, the panel's state, the watchdog."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station import status
from station.errors import InboxError, JournalError
from station.inbox import Inbox
from station.logs import Log
from station.loop import Station, show
from station.panel import Panel
from station.reader import Reader
from station.tap import Kind, Reading
from station.verdict import State
from station.watchdog import Watchdog

ALIVE_MS: Final = 15 * 60_000
INBOX_MS: Final = 1_000
MEND_MS: Final = 5_000
STATUS_MS: Final = 1_000
READER_GRACE_MS: Final = 2_000
STUCK_MS: Final = 60_000
OFFLINE_MS: Final = 60 * 60_000

log = Log(__name__)


@dataclass(slots=True)
class Every:
    """Something that is due at once and then every so often, on the raw clock."""

    period_ms: int
    next_ms: int = 0

    def is_due(self, raw_ms: int) -> bool:
        """Say whether it is due."""
        return raw_ms >= self.next_ms

    def done(self, raw_ms: int) -> None:
        """Count the next period from now."""
        self.next_ms = raw_ms + self.period_ms


@dataclass(slots=True)
class Rounds:
    """One caretaker's rounds; every `tick` does what is due and forgives what a later one may mend."""

    station: Station
    panel: Panel
    readers: Sequence[Reader]
    inbox: Inbox
    watchdog: Watchdog
    status_file: Path
    clock_refusal: str | None = None
    state: State | None = None
    _mend: Every = field(default_factory=lambda: Every(MEND_MS))
    _inbox: Every = field(default_factory=lambda: Every(INBOX_MS))
    _alive: Every = field(default_factory=lambda: Every(ALIVE_MS))
    _status: Every = field(default_factory=lambda: Every(STATUS_MS))
    _written: str = ""
    _not_ready_since: dict[str, int] = field(default_factory=dict)
    _beacon_ms: int | None = None
    _began_ms: int | None = None
    _losses: int = 0
    _stuck_said: set[str] = field(default_factory=set)

    def tick(self) -> None:
        """Do what is due now."""
        reading = self.station.clock.reading()
        if self.station.losses.count > self._losses:
            # Whoever just lost a tap must get to see it, even if the disk is well again at once.
            self._mend.done(reading.raw_ms)
        if self._mend.is_due(reading.raw_ms):
            try:
                self._append_due(reading)
            except (JournalError, InboxError):
                # What was due stays due; a disk that refuses is not asked four times a second.
                log.exception("journal.waits")
                self._mend.done(reading.raw_ms)
        self._show_state(reading)
        if self._status.is_due(reading.raw_ms):
            self._status.done(reading.raw_ms)
            self._write_status(reading)
        if not self._is_stuck(reading.raw_ms):
            self.watchdog.feed(reading.raw_ms)

    def forget_status(self) -> None:
        """Take the status file away: nobody speaks for the station now."""
        with contextlib.suppress(OSError):
            self.status_file.unlink(missing_ok=True)

    def _append_due(self, reading: Reading) -> None:
        station = self.station
        if due := station.losses.entries():
            station.journal.append_all(due, reading)
            log.warning("gap.journalled", lost=station.losses.count, reason=station.losses.reason)
            station.losses.settle()
        if self._alive.is_due(reading.raw_ms):
            states = {reader.name: reader.health().state for reader in self.readers}
            station.journal.append(Kind.ALIVE, {"readers": states}, reading)
            self._alive.done(reading.raw_ms)
        # Last, because a file that cannot be taken away must not keep the station from its own entries.
        if self._inbox.is_due(reading.raw_ms):
            kinds = self.inbox.take(station.journal, reading)
            self._inbox.done(reading.raw_ms)
            if Kind.BEACON in kinds:
                self._beacon_ms = reading.raw_ms

    def _show_state(self, reading: Reading) -> None:
        state = self._state_now(reading)
        has_losses = self.station.losses.count > 0
        is_mended = self._losses > 0 and not has_losses
        # While taps are being lost the panel says that, and nothing milder.
        if (state is not self.state or is_mended) and not has_losses:
            self.station.answered.seq = None
            show(self.panel, state)
            log.info("panel.state", state=state.name)
            self.state = state
        self._losses = self.station.losses.count

    def _state_now(self, reading: Reading) -> State:
        if self._began_ms is None:
            self._began_ms = reading.raw_ms
        if self._is_reader_missing(reading.raw_ms):
            return State.READER_DOWN
        if not reading.sync_state and self._beacon_ms is None:
            return State.CLOCK_UNTRUSTED
        heard_ms = self._began_ms if self._beacon_ms is None else self._beacon_ms
        return State.OFFLINE if reading.raw_ms - heard_ms > OFFLINE_MS else State.READY

    def _is_reader_missing(self, raw_ms: int) -> bool:
        for reader in self.readers:
            if reader.health().state == "ready":
                self._not_ready_since.pop(reader.name, None)
            else:
                self._not_ready_since.setdefault(reader.name, raw_ms)
        return any(raw_ms - since > READER_GRACE_MS for since in self._not_ready_since.values())

    def _is_stuck(self, raw_ms: int) -> bool:
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

    def _write_status(self, reading: Reading) -> None:
        text = status.describe(self.station, self.readers, self.state, reading, self.clock_refusal)
        if text == self._written:
            return
        try:
            status.write(self.status_file, text)
            self._written = text
        except OSError:
            log.exception("status.waits")
