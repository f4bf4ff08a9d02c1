"""Open the socket a process listens on, so that a taken port is one clear error at the start."""

import resource
import socket

from central.config import CentralConfig
from central.errors import UnavailableError

_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Return a socket listening on exactly this host; port 0 takes a free one.

    Raises UnavailableError when host and port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        msg = f"cannot listen on {host} port {port} ({error.strerror}); stop what does, or configure another"
        raise UnavailableError(msg) from error
    return listener


def allow_lines() -> None:
    """Let this process keep as many lines open as the machine lets it: every station keeps one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def address(listener: socket.socket, config: CentralConfig) -> str:
    """Return where the socket is reached, as a person types it."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if config.tls else 'http'}://{shown}:{port}"
