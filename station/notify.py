"""Published: what a service tells systemd: that it is ready, that it makes progress, that it stops."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"

_US_IN_MS: Final = 1_000


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send one state to the supervisor of services by sd_notify(3); do nothing where there is none."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        # An abstract address is written with @ and begins with a zero byte.
        address = f"\0{address[1:]}"
    kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC
    # A supervisor that does not listen, or not now, is no reason to stop working, nor to wait.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, kind) as sender:
        sender.settimeout(0)
        sender.sendto(state.encode(), address)


def is_supervised(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether systemd started this process and will start it again."""
    return "NOTIFY_SOCKET" in environ


def watchdog_ms(environ: Mapping[str, str] = os.environ) -> int:
    """Return within how many milliseconds this process must say that it is alive, 0 for never."""
    is_ours = environ.get("WATCHDOG_PID") in {None, "", str(os.getpid())}
    return int(environ.get("WATCHDOG_USEC", "0")) // _US_IN_MS if is_ours else 0
