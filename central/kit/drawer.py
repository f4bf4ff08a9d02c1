"""What the laptop keeps beside a kit: one line a step, encrypted, on the disk before anybody is told so."""

import base64
import binascii
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from central.errors import UnavailableError
from central.exchange.kit.sealed import Entropy, SealError, lock, unlock

Step = Mapping[str, Any]  # as json reads it; `Work` takes it apart


class Drawer:
    """An append-only file; every line is bound to its kit and place, so that none can be moved or changed.

    A line cut short by a kill or a power cut was never confirmed to anybody and is dropped.
    """

    def __init__(self, path: Path, kit: str, key: bytes, entropy: Entropy) -> None:
        """Name the file; it is made with the first step."""
        self.path = path
        self._kit, self._key, self._entropy = kit, key, entropy
        self._file: IO[bytes] | None = None
        self._count = 0

    def __enter__(self) -> Self:
        """Take the file for this process alone; raises UnavailableError."""
        file: IO[bytes] | None = None
        try:
            file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
            _take(file)
        except OSError as error:
            if file:
                file.close()
            msg = f"{self.path} is in use by another window, or cannot be written; close the other one first"
            raise UnavailableError(msg) from error
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the file go."""
        if self._file:
            self._file.close()

    def steps(self) -> list[Step]:
        """Return every step so far, oldest first; raises SealError where one was altered."""
        file = self._open()
        file.seek(0)
        found: list[Step] = []
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            found.append(self._read(line, len(found)))
            whole += len(line)
        file.truncate(whole)
        self._count = len(found)
        return found

    def append(self, step: Step) -> None:
        """Keep one step and return when it is on the disk; `steps` must have been read before."""
        file = self._open()
        inner = json.dumps(step, ensure_ascii=False).encode()
        data = base64.b64encode(lock(self._key, inner, self._about(self._count), self._entropy))
        try:
            file.seek(0, os.SEEK_END)
            file.write(data + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            msg = f"{self.path} cannot be written ({error.strerror}); nothing of this line was kept"
            raise UnavailableError(msg) from error
        self._count += 1

    def _read(self, line: bytes, place: int) -> Step:
        try:
            data = base64.b64decode(line[:-1], validate=True)
            step: Step = json.loads(unlock(self._key, data, self._about(place)))
        except (SealError, binascii.Error, ValueError) as error:
            msg = f"{self.path} line {place + 1} was altered or is of another kit; put the former file back"
            raise SealError(msg) from error
        return step

    def _about(self, place: int) -> bytes:
        return f"rollbook/drawer/1\n{self._kit}\n{place}".encode()

    def _open(self) -> IO[bytes]:
        if self._file is None:
            msg = "a drawer is used inside its with block"
            raise TypeError(msg)
        return self._file


def _take(file: IO[bytes]) -> None:
    """Keep other processes out until the file is closed, however this one ends."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
