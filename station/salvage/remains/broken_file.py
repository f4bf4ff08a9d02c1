"""A file on a disk that may be failing: what it can still read, and zeros where it cannot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_SECTOR: Final = 512


class BrokenFile:
    """One file, open for reading; a missing one is empty.

    Closing it ends the locks SQLite has on the same file in this process (fcntl(2)), so a database
    that is open here must not be read like this.
    """

    def __init__(self, file: Path) -> None:
        """Open the file; raises OSError where it is there and cannot be opened."""
        self.size = 0
        self._descriptor: int | None = None
        try:
            self._descriptor = os.open(file, os.O_RDONLY)
        except FileNotFoundError:
            return
        self.size = os.fstat(self._descriptor).st_size

    def read(self, at: int, length: int) -> bytes:
        """Return the bytes from a place, fewer at the end of the file; sectors not readable are zeros."""
        if self._descriptor is None or at < 0:
            return b""
        length = max(0, min(length, self.size - at))
        try:
            return os.pread(self._descriptor, length, at)
        except OSError:
            return b"".join(self._sector(at + done, length - done) for done in range(0, length, _SECTOR))

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _sector(self, at: int, left: int) -> bytes:
        assert self._descriptor is not None  # noqa: S101 (a file that is not open has no length to read)
        length = min(_SECTOR, left)
        try:
            return os.pread(self._descriptor, length, at)
        except OSError:
            return bytes(length)
