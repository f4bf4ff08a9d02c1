"""Published: a file somebody hands in: its name for messages, its bytes, its digest."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from central.errors import CentralError


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file's name and bytes, read once so that what is checked is what is written."""

    name: str
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest by which the file can be found again."""
        return hashlib.sha256(self.data).hexdigest()


def open_file(path: Path) -> NamedFile:
    """Read a file; raises CentralError when it cannot be read."""
    try:
        return NamedFile(path.name[:200], path.read_bytes())
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); name a file that is there"
        raise CentralError(msg) from error
