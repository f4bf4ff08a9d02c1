"""The mark timesyncd leaves at each synchronisation, for a station that may not ask the kernel."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

STAMP: Final = Path("/run/systemd/timesync/synchronized")

# What the kernel itself reckons: half a millisecond a second, and no trust beyond 16 seconds.
_SECONDS_A_SECOND: Final = 2_000
_MOST_NS: Final = 16_000_000_000
_STEP_NS: Final = 500_000_000
_MS_IN_NS: Final = 1_000_000


class SyncStamp:
    """Tells how good the wall clock is by when it was last set."""

    def __init__(
        self,
        file: Path = STAMP,
        wall_ns: Callable[[], int] = time.time_ns,
        raw_ns: Callable[[], int] = lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW),
    ) -> None:
        """Take the file and both clocks; nothing is read yet."""
        self._file = file
        self._wall_ns = wall_ns
        self._raw_ns = raw_ns
        self._seen: tuple[int, int] | None = None

    def is_kept(self) -> bool:
        """Say whether timesyncd runs here: its folder comes and goes with it."""
        return self._file.parent.is_dir()

    def quality(self) -> tuple[bool, int]:
        """Return `(is synchronised, error in ms)`, reckoned as the kernel does from the newest mark on.

        A wall clock that was set by somebody else since the mark was first seen is not synchronised.
        """
        try:
            set_ns = self._file.stat().st_mtime_ns
        except OSError:
            self._seen = None
            return False, 0
        wall_ns = self._wall_ns()
        apart_ns = wall_ns - self._raw_ns()
        if self._seen is None or self._seen[0] != set_ns:
            self._seen = (set_ns, apart_ns)
        error_ns = max(0, wall_ns - set_ns) // _SECONDS_A_SECOND
        was_moved = abs(apart_ns - self._seen[1]) > _STEP_NS + error_ns
        # The mark's own time comes from a coarser clock, so it may lie a little ahead and no more.
        is_past = set_ns <= wall_ns + _STEP_NS
        return is_past and error_ns < _MOST_NS and not was_moved, error_ns // _MS_IN_NS
