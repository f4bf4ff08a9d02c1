"""How much room the journal's disk has left, and a ballast to throw away when there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from station.durable import sync_folder
from station.errors import JournalFullError
from station.logs import Log

BALLAST: Final = "ballast"
BALLAST_BYTES: Final = 16 * 1024 * 1024
LOW_BYTES: Final = 64 * 1024 * 1024
ROOM_BYTES: Final = 256 * 1024
"""With so much free a tap that was refused may well be stored, its write-ahead frames included."""

_BLOCK = 512
_Done = TypeVar("_Done")

log = Log(__name__)


def with_room(work: Callable[[], _Done], make_room: Callable[[], bool]) -> _Done:
    """Do what needs room, and once more when there was none and something could be given up for it.

    Raises what `work` raises, the second time as the first.
    """
    try:
        return work()
    except JournalFullError:
        # Before anybody is told that there was no room: what was kept for this day is given up.
        if not make_room():
            raise
        return work()


class DiskState(StrEnum):
    """What the disk has left for the journal, the best first."""

    OK = "ok"
    LOW = "low"
    BALLAST = "ballast"
    REFUSE = "refuse"


class Disk:
    """The disk a folder lies on, and the file in it that only takes room away; for one thread.

    Nothing here raises: a disk that cannot be asked is one more thing a tap does not wait for.
    """

    def __init__(self, folder: Path, ballast_bytes: int = BALLAST_BYTES, low_bytes: int = LOW_BYTES) -> None:
        self._folder = folder
        self._file = folder / BALLAST
        self._ballast_bytes = ballast_bytes
        self._low_bytes = low_bytes
        self._is_refusing = False

    def prepare(self) -> None:
        """Lay the ballast down, if it is not there and the disk has room for it and some more."""
        if self._has_ballast() or self._free_bytes() < self._ballast_bytes + ROOM_BYTES:
            return
        try:
            descriptor = os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                # Blocks that are really taken: a file of the size alone would hold no room at all.
                os.posix_fallocate(descriptor, 0, self._ballast_bytes)
            finally:
                os.close(descriptor)
        except OSError:
            log.exception("disk.no-ballast")
            with suppress(OSError):
                self._file.unlink()

    def make_room(self) -> bool:
        """Throw the ballast away and say whether there was one; without it the disk counts as refusing."""
        try:
            self._file.unlink()
        except OSError:
            self._is_refusing = True
            return False
        with suppress(OSError):
            # A journalling file system hands blocks out again only once their release is on the disk.
            sync_folder(self._folder)
        log.warning("disk.ballast-spent", bytes=self._ballast_bytes)
        return True

    def mend(self) -> None:
        """Forget a refusal when there is room again, and lay the ballast down when there is plenty."""
        free = self._free_bytes()
        if free >= ROOM_BYTES:
            self._is_refusing = False
        if free >= self._ballast_bytes + self._low_bytes:
            self.prepare()

    def state(self) -> DiskState:
        """Say what the disk has left."""
        if self._is_refusing:
            return DiskState.REFUSE
        if not self._has_ballast():
            return DiskState.BALLAST
        return DiskState.LOW if self._free_bytes() < self._low_bytes else DiskState.OK

    def _has_ballast(self) -> bool:
        try:
            return self._file.stat().st_blocks * _BLOCK >= self._ballast_bytes
        except OSError:
            return False

    def _free_bytes(self) -> int:
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return 0
        return found.f_bavail * found.f_frsize
