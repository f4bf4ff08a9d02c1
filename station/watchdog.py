"""When the station tells systemd that its loop makes progress."""

from __future__ import annotations

import os
from collections.abc import Mapping

from station.notify import ALIVE, READY, STOPPING, notify, watchdog_ms


class Watchdog:
    """Speaks for the station's loop, which comes by far more often than anybody wants to hear."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._period_ms = watchdog_ms(environ) // 3
        self._fed_ms: int | None = None

    def ready(self) -> None:
        """Say that the station answers taps from now on."""
        notify(READY, self._environ)

    def feed(self, raw_ms: int) -> None:
        """Say that the loop made progress; at most three times in the period systemd set."""
        if not self._period_ms:
            return
        if self._fed_ms is None or not 0 <= raw_ms - self._fed_ms < self._period_ms:
            self._fed_ms = raw_ms
            notify(ALIVE, self._environ)

    def stopping(self) -> None:
        """Say that the station is on its way out."""
        notify(STOPPING, self._environ)
