"""What systemd is told: that the station is ready, that it makes progress, that it stops."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

_MS_IN_S: Final = 1_000


def is_supervised(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether systemd started this process and will start it again."""
    return "NOTIFY_SOCKET" in environ


class Watchdog:
    """Speaks sd_notify(3) to the supervisor of services, and keeps silent where there is none."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # An abstract address is written with @ and begins with a zero byte.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        pid = environ.get("WATCHDOG_PID", "")
        is_ours = not pid or pid == str(os.getpid())
        self._period_ms = int(environ.get("WATCHDOG_USEC", "0")) // _MS_IN_S // 3 if is_ours else 0
        self._fed_ms: int | None = None

    def ready(self) -> None:
        """Say that the station answers taps from now on."""
        self._send("READY=1")

    def feed(self, raw_ms: int) -> None:
        """Say that the loop made progress; at most three times in the period systemd set."""
        if not self._period_ms:
            return
        if self._fed_ms is None or not 0 <= raw_ms - self._fed_ms < self._period_ms:
            self._fed_ms = raw_ms
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the station is on its way out."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        # A supervisor that does not listen, or not now, is no reason to stop recording taps.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0)
            sender.sendto(text.encode(), self._address)
