"""Tell systemd that the service is ready, alive, or stopping."""

import os
import socket
from collections.abc import Mapping


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send one state ("READY=1") to the service manager, if one asked for it."""
    path = environ.get("NOTIFY_SOCKET")
    if not path:
        return
    # A leading @ stands for the zero byte of Linux' abstract sockets.
    place = f"\0{path[1:]}" if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.connect(place)
        channel.sendall(state.encode())
