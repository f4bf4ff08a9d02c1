"""What the loop looks after between taps: gaps, inbox, signs of life, disk, panel and watchdog."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station import status
from station.condition import Condition
from station.disk import Disk, DiskState
from station.errors import InboxError, JournalDamagedError, JournalError, JournalFullError
from station.inbox import Inbox
from station.logs import Log
from station.loop import show
from station.panel import Panel
from station.reader import Reader
from station.station import Station
from station.tap import Json, Kind, Reading
from station.told import BLINK_FILE, DEFAULTS, Told, ToldFile
from station.verdict import Notice, Sign, Verdict
from station.vitals import FILE_NAME as VITALS_FILE
from station.vitals import Vitals
from station.watchdog import Watchdog

ALIVE_MS: Final = DEFAULTS.alive_s * 1_000
CONFIG_MS: Final = 10_000
INBOX_MS: Final = 1_000
MEND_MS: Final = 5_000
STATUS_MS: Final = 1_000
DISK_MS: Final = 5_000

log = Log(__name__)


@dataclass(slots=True)
class Every:
    """Something that is due at once and then every so often, on the raw clock."""

    period_ms: int
    done_ms: int | None = None

    def is_due(self, raw_ms: int) -> bool:
        """Say whether it is due; a period that was changed counts from when it was done last."""
        return self.done_ms is None or raw_ms >= self.done_ms + self.period_ms

    def done(self, raw_ms: int) -> None:
        """Count the next period from now."""
        self.done_ms = raw_ms


@dataclass(slots=True)
class Rounds:
    """One caretaker's rounds; every `tick` does what is due and forgives what a later one may mend.

    `is_damaged` tells whether whoever reads the journal beside the taps found it damaged.
    """

    station: Station
    panel: Panel
    readers: Sequence[Reader]
    inbox: Inbox
    watchdog: Watchdog
    disk: Disk
    status_file: Path
    config: ToldFile
    clock_refusal: str | None = None
    is_damaged: Callable[[], bool] = field(default=bool)
    state: Sign | None = None
    condition: Condition = field(init=False)
    vitals: Vitals = field(init=False)
    _mend: Every = field(default_factory=lambda: Every(MEND_MS))
    _inbox: Every = field(default_factory=lambda: Every(INBOX_MS))
    _alive: Every = field(default_factory=lambda: Every(ALIVE_MS))
    _config: Every = field(default_factory=lambda: Every(CONFIG_MS))
    _disk: Every = field(default_factory=lambda: Every(DISK_MS))
    _status: Every = field(default_factory=lambda: Every(STATUS_MS))
    _written: str = ""
    _disk_state: DiskState = DiskState.OK
    _disk_told: DiskState = DiskState.OK
    _losses: int = 0
    _is_refused: bool = False
    _told: Told = DEFAULTS

    def __post_init__(self) -> None:
        self.condition = Condition(self.station, self.readers)
        self.vitals = Vitals(self.status_file.with_name(VITALS_FILE))

    def tick(self) -> None:
        """Do what is due now; raises JournalDamagedError once the journal has to be salvaged."""
        if self.is_damaged():
            msg = f"{self.status_file.parent}: the journal is not what was written to it; it is salvaged"
            raise JournalDamagedError(msg)
        reading = self.station.clock.reading()
        if self.station.losses.count > self._losses:
            # Whoever just lost a tap must get to see it, even if the disk is well again at once.
            self._mend.done(reading.raw_ms)
        if self._disk.is_due(reading.raw_ms):
            self._disk.done(reading.raw_ms)
            self.disk.mend()
            self._disk_state = self.disk.state()
        if self._config.is_due(reading.raw_ms):
            self._config.done(reading.raw_ms)
            self._told = self.config.current()
            self._alive.period_ms = self._told.alive_s * 1_000
            self._blink()
        if self._mend.is_due(reading.raw_ms):
            self._append(reading)
        self._show(reading)
        if self._status.is_due(reading.raw_ms):
            self._status.done(reading.raw_ms)
            self._write_status(reading)
            self.vitals.tell(reading.raw_ms)
        if not self.condition.is_stuck(reading.raw_ms):
            self.watchdog.feed(reading.raw_ms)

    def forget_status(self) -> None:
        """Take the status file away: nobody speaks for the station now."""
        with contextlib.suppress(OSError):
            self.status_file.unlink(missing_ok=True)

    def _append(self, reading: Reading) -> None:
        try:
            self._append_due(reading)
            self._is_refused = False
        except JournalDamagedError:
            raise
        except (JournalError, InboxError) as error:
            # What was due stays due; a disk that refuses is not asked four times a second.
            log.exception("journal.waits")
            self._mend.done(reading.raw_ms)
            # For want of room alone a tap is not refused yet: it has the ballast.
            self._is_refused = not isinstance(error, InboxError | JournalFullError)

    def _append_due(self, reading: Reading) -> None:
        station = self.station
        if due := station.losses.entries():
            station.journal.append_all(due, reading)
            log.warning("gap.journalled", lost=station.losses.count, reason=station.losses.reason)
            station.losses.settle()
        if self._disk_state is not self._disk_told:
            station.journal.append(Kind.ERR, {"what": f"the disk is {self._disk_state}"}, reading)
            log.warning("disk.turned", state=self._disk_state, before=self._disk_told)
            self._disk_told = self._disk_state
        if self._alive.is_due(reading.raw_ms):
            states: dict[str, Json] = {reader.name: reader.health().state for reader in self.readers}
            station.journal.append(Kind.ALIVE, {"readers": states, "disk": self._disk_state}, reading)
            self.vitals.flush_ms = station.clock.reading().raw_ms - reading.raw_ms
            self._alive.done(reading.raw_ms)
        # Last, because a file that cannot be taken away must not keep the station from its own entries.
        if self._inbox.is_due(reading.raw_ms):
            kinds = self.inbox.take(station.journal, reading)
            self._inbox.done(reading.raw_ms)
            if Kind.BEACON in kinds:
                self.condition.heard(reading.raw_ms)

    def _show(self, reading: Reading) -> None:
        """Bring the panel up to date: while taps are lost, or would be, it says that and nothing milder."""
        losses = self.station.losses.count
        # Asked even during an alarm: for how long a reader has been gone is counted from the first look.
        state = self.condition.state(reading)
        sign: Sign = Verdict.NOT_RECORDED if losses or self._is_refused else state
        # Whoever just lost a tap was shown the alarm already.
        if sign is not self.state and losses <= self._losses:
            self.station.answered.seq = None
            show(self.panel, sign)
            log.info("panel.state", state=sign.name)
        self.state, self._losses = sign, losses

    def _blink(self) -> None:
        """Show which station this is, once for each time it was asked for."""
        try:
            self.status_file.with_name(BLINK_FILE).unlink()
        except FileNotFoundError:
            return
        except OSError:
            # What cannot be taken away would be shown for ever.
            log.exception("blink.refused")
            return
        log.info("panel.blinked")
        show(self.panel, Notice.HERE)

    def _write_status(self, reading: Reading) -> None:
        version = self._told.version
        text = status.describe(self.condition, self.state, reading, version, self.clock_refusal)
        if text == self._written:
            return
        try:
            status.write(self.status_file, text)
            self._written = text
        except OSError:
            log.exception("status.waits")
