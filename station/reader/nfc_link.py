"""Carry nfcpy's frames over a serial port or a USB device, either of which may fail in any way."""

import errno
from collections.abc import Callable
from typing import Protocol

import nfc.clf.transport

from station.reader.pn532 import ACK
from station.reader.port import SerialPort

_CANCELLING_S = 0.02
# nfcpy waits for ever for some drivers' answers; none of ours takes so long to come.
_LONGEST_MS = 2_000
_LEFT_OVER_MS = 10
_MOST_LEFT_OVER = 8


class Link(Protocol):
    """What an open chip is spoken to over."""

    def resync(self, pause: Callable[[float], object]) -> None:
        """End what the chip is doing and forget what it said about it; `pause` waits for seconds."""

    def close(self) -> None:
        """Give the port back."""


class PortLink(nfc.clf.transport.TTY):  # type: ignore[misc]  # nfcpy ships no types
    """nfcpy's serial transport on a port that is open already, at the right speed."""

    def __init__(self, port: SerialPort) -> None:
        self.tty = port

    def read(self, timeout: int) -> bytearray:
        """Return a frame within so many milliseconds; OSError when there is none or it is broken."""
        try:
            frame: bytearray = super().read(timeout)
        except IndexError as error:
            # nfcpy reads the length of a frame before it knows that there is one.
            raise OSError(errno.EIO, "broken frame") from error
        return frame

    def resync(self, pause: Callable[[float], object]) -> None:
        """Cancel, and wait for what is under way: nfcpy throws away what came before it writes."""
        self.tty.write(ACK)
        pause(_CANCELLING_S)

    def close(self) -> None:
        """Give the port back."""
        self.tty.close()


class UsbLink(nfc.clf.transport.USB):  # type: ignore[misc]  # nfcpy ships no types
    """nfcpy's USB transport, which waits for no answer without end."""

    def read(self, timeout: int = 0) -> bytearray:
        """Return a frame within so many milliseconds, 2,000 at most; OSError when there is none."""
        frame: bytearray | None = super().read(min(timeout or _LONGEST_MS, _LONGEST_MS))
        if frame is None:
            raise OSError(errno.ENODEV, "closed")
        return frame

    def resync(self, pause: Callable[[float], object]) -> None:
        """Cancel, wait, and throw away what came."""
        self.write(ACK, _LONGEST_MS)
        pause(_CANCELLING_S)
        for _ in range(_MOST_LEFT_OVER):
            try:
                self.read(_LEFT_OVER_MS)
            except TimeoutError:
                return
