"""Open a serial port for this process alone, and say in a word why that failed."""

import errno
from typing import Protocol

import serial

from station.errors import ReaderError

_WHY = {
    errno.ENOENT: "no-such-port",
    errno.ENODEV: "no-such-port",
    errno.ENXIO: "no-such-port",
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.EWOULDBLOCK: "port-in-use",
    errno.EBUSY: "port-in-use",
    errno.ETIMEDOUT: "no-answer",
}


class SerialPort(Protocol):
    """The part of pyserial's port that the readers use."""

    baudrate: int
    timeout: float | None

    def read(self, size: int = 1) -> bytes:
        """Return up to `size` bytes, fewer when the timeout passes first."""

    def write(self, data: bytes) -> int | None:
        """Send bytes."""

    def flush(self) -> None:
        """Wait until everything written has left."""

    def reset_input_buffer(self) -> None:
        """Forget what has arrived and was not read."""

    def close(self) -> None:
        """Give the port back."""

    @property
    def in_waiting(self) -> int:
        """Return how many bytes have arrived and were not read."""


def open_port(path: str, baud: int, timeout_s: float) -> SerialPort:
    """Return the serial port at `path`, locked so that no second process reads half of the answers.

    Raises OSError when it is missing, in use or not a serial port.
    """
    # Without a write timeout pyserial spins for ever on a device that takes no bytes.
    port: SerialPort = serial.Serial(path, baud, timeout=timeout_s, write_timeout=1.0, exclusive=True)
    return port


def word_for(error: Exception) -> str:
    """Return why a reader could not be opened or was lost, in one word for a log and a status page."""
    if isinstance(error, ReaderError):
        return str(error)
    number = getattr(error, "errno", None)
    return _WHY.get(number, "link-lost") if isinstance(number, int) else "link-lost"
