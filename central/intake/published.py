"""Follow a file another process publishes by renaming it into place."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from station.logs import Log

log = Log(__name__)
T = TypeVar("T")


class Published(Generic[T]):
    """The last good content of a file, read again whenever the file was replaced."""

    def __init__(self, path: Path, read: Callable[[bytes], T], empty: T) -> None:
        """Follow `path`; `read` raises what Python does for JSON of another shape."""
        self._path = path
        self._read = read
        self._seen: tuple[int, int, int] | None = None
        self._value = empty

    @property
    def last(self) -> T:
        """Return what the file said at the last look, without looking."""
        return self._value

    def current(self) -> T:
        """Return what the file says now; where it cannot be used or is gone, what it said last."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                # A machine short of file handles for a moment must not miss a revocation for good.
                data = self._path.read_bytes()
                self._seen = seen
                self._value = self._read(data)
        except FileNotFoundError:
            return self._value
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            log.exception("published.unusable", file=self._path.name)
        return self._value
