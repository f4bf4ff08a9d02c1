"""See to it that one process alone writes the evidence."""

import fcntl
import os
from pathlib import Path

from central.errors import UnavailableError


class Lock:
    """A lock file; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock; raise UnavailableError when another process holds it."""
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            msg = f"{path} cannot be made ({error.strerror}); run rollbook-central init, or see to its rights"
            raise UnavailableError(msg) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            msg = f"{path} is held by another intake (process {holder}); stop that one first"
            raise UnavailableError(msg) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let go of the lock."""
        os.close(self._file)
