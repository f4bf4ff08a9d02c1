"""Published: keep files of paper sheets and pictures by their digest, and those only looked at for a day."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from central.errors import CentralError, UnavailableError
from central.exchange.named_file import NamedFile

FOLDER: Final = "paper"
"""The folder of them, within the data folder."""
_LOOKED_AT: Final = "looked-at"
_A_DAY: Final = timedelta(days=1)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def keep(data: Path, file: NamedFile) -> Path:
    """Keep a file that was taken in; one kept before is left alone. Raises UnavailableError."""
    return _written(data / FOLDER / file.sha256, file)


def put_aside(data: Path, file: NamedFile, now: datetime) -> None:
    """Keep a file somebody looks at until it is accepted; what was looked at a day ago is thrown away."""
    folder = data / FOLDER / _LOOKED_AT
    path = _written(folder / file.sha256, file)
    for old in folder.iterdir():
        with suppress(OSError):
            # Another page may have thrown it away in the meantime.
            if old != path and now.timestamp() - old.stat().st_mtime > _A_DAY.total_seconds():
                old.unlink()


def put_aside_before(data: Path, sha256: str, name: str) -> NamedFile:
    """Return a file that was put aside; raises CentralError where it is no longer there."""
    path = data / FOLDER / _LOOKED_AT / sha256
    if _DIGEST.fullmatch(sha256) and path.is_file():
        found = NamedFile(name, path.read_bytes())
        if found.sha256 == sha256:
            return found
    msg = "the file that was looked at is no longer here; choose it again"
    raise CentralError(msg)


def forget(data: Path, sha256: str) -> None:
    """Throw a file away that was only looked at."""
    if _DIGEST.fullmatch(sha256):
        (data / FOLDER / _LOOKED_AT / sha256).unlink(missing_ok=True)


def _written(path: Path, file: NamedFile) -> Path:
    if path.exists():
        return path
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        making = path.with_suffix(".new")
        making.touch(mode=0o600)
        making.write_bytes(file.data)
        making.rename(path)
    except OSError as error:
        msg = f"{path.parent} cannot keep the file ({error.strerror}); see to its space and rights"
        raise UnavailableError(msg) from error
    return path
