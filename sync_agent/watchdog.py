"""What systemd is told: that the agent runs, that it makes progress, that it stops."""

import contextlib
import os
import socket
from collections.abc import Mapping


class Watchdog:
    """Speaks sd_notify(3) to the supervisor of services, and keeps silent where there is none."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # An abstract address is written with @ and begins with a zero byte.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        own = environ.get("WATCHDOG_PID") in {None, "", str(os.getpid())}
        self._is_fed = own and environ.get("WATCHDOG_USEC", "0") != "0"

    def ready(self) -> None:
        """Say that the agent has begun."""
        self._send("READY=1")

    def feed(self) -> None:
        """Say that nothing hangs."""
        if self._is_fed:
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the agent is on its way out."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        # A supervisor that does not listen is no reason to stop carrying entries.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(text.encode(), self._address)
