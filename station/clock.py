"""Published: the clocks a station can read, and the ones a test or a rehearsal sets by hand."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from station.errors import SettingsError
from station.kernel_time import KernelTime
from station.tap import Reading

LEAST_ERROR_MS = 500
"""timesyncd resets the kernel's error bound to nothing at each sync, which no clock deserves."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_IN_NS = 1_000_000


class Clock(Protocol):
    """Whatever can say what time it is, and how little it knows about it."""

    def reading(self) -> Reading:
        """Return what every clock of the machine says now."""

    def now(self) -> datetime:
        """Return the wall clock's claim as an aware UTC datetime."""


def instant(wall_ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware UTC datetime."""
    return _EPOCH + timedelta(milliseconds=wall_ms)


class SystemClock:
    """The machine's own clocks."""

    def __init__(self, boot: int) -> None:
        self._boot = boot
        self._kernel = KernelTime()

    def reading(self) -> Reading:
        """Return what every clock of the machine says now."""
        is_synchronised, error_ms = self._kernel.quality()
        return Reading(
            boot=self._boot,
            raw_ms=time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) // _MS_IN_NS,
            bt_ms=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // _MS_IN_NS,
            wall_ms=max(0, time.time_ns() // _MS_IN_NS),
            sync_state=int(is_synchronised),
            max_error_ms=max(LEAST_ERROR_MS, error_ms),
        )

    def now(self) -> datetime:
        """Return the wall clock's claim as an aware UTC datetime."""
        return instant(self.reading().wall_ms)


@dataclass(slots=True)
class HandClock:
    """A clock that stands still until somebody moves it."""

    boot: int = 1
    raw_ms: int = 1_000
    bt_ms: int = 1_000
    wall_ms: int = 1_789_000_000_000
    sync_state: int = 1
    max_error_ms: int = LEAST_ERROR_MS

    def reading(self) -> Reading:
        """Return what the clock was set to."""
        return Reading(self.boot, self.raw_ms, self.bt_ms, self.wall_ms, self.sync_state, self.max_error_ms)

    def now(self) -> datetime:
        """Return the wall clock it was set to as an aware UTC datetime."""
        return instant(self.wall_ms)

    def advance(self, ms: int) -> None:
        """Let time pass on every clock."""
        self.raw_ms += ms
        self.bt_ms += ms
        self.wall_ms += ms

    def set_wall(self, wall_ms: int) -> None:
        """Set the wall clock alone, as a person or a time server does."""
        self.wall_ms = wall_ms

    def reboot(self, raw_ms: int = 1_000) -> None:
        """Begin the next boot: the monotonic clocks start over, the wall clock stays."""
        self.boot += 1
        self.raw_ms = raw_ms
        self.bt_ms = raw_ms


@dataclass(slots=True)
class PracticeClock:
    """A clock moved forward by a file, so that every process of a rehearsal sees the same time.

    The file holds `{"offset_ms": N, "start_ms": S}`: N is added to the wall clock, and N - S, what
    the rehearsal has moved since it began at S, to both monotonic clocks, so that nothing looks like
    a step. S is 0 where it is left out, and may be negative: a rehearsal may lie in the past. The
    file is read again when it changed, for N alone; an N lower than one already seen is not followed,
    because time that ran back would make the journal contradict itself. A file that cannot be read at
    the start raises SettingsError.

    A rehearsal lives within one boot of the machine: after a restart the monotonic clocks would seem
    to have begun as long ago as the rehearsal was moved. Begin a new one instead.
    """

    file: Path
    inner: Clock
    _offset_ms: int = field(default=0, init=False)
    _start_ms: int = field(default=0, init=False)
    _seen: tuple[int, int] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._follow()
        if self._seen is None:
            msg = f'{self.file}: the practice clock cannot be read; write {{"offset_ms": 0}} there'
            raise SettingsError(msg)

    def reading(self) -> Reading:
        """Return the inner clock's reading moved by what the file says."""
        inner = self.inner.reading()
        self._follow()
        moved_ms = self._offset_ms - self._start_ms
        return replace(
            inner,
            raw_ms=inner.raw_ms + moved_ms,
            bt_ms=inner.bt_ms + moved_ms,
            wall_ms=inner.wall_ms + self._offset_ms,
        )

    def now(self) -> datetime:
        """Return the moved wall clock as an aware UTC datetime."""
        return instant(self.reading().wall_ms)

    def _follow(self) -> None:
        try:
            stat = self.file.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return
            told = json.loads(self.file.read_text(encoding="utf-8"))
            offset_ms, start_ms = int(told["offset_ms"]), int(told.get("start_ms", 0))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # A file that goes missing or is half written leaves the time where it was.
            return
        if self._seen is None:
            self._offset_ms, self._start_ms = offset_ms, start_ms
        self._offset_ms = max(self._offset_ms, offset_ms)
        self._seen = seen


def clock_for(boot: int, practice: Path | None) -> Clock:
    """Return the clock a boot is recorded with: the machine's own, moved by a rehearsal's file."""
    inner = SystemClock(boot)
    return inner if practice is None else PracticeClock(practice, inner)
