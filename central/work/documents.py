"""Published: documents people brought, kept by their digest and handed out as they came."""

import hashlib
import os
from pathlib import Path
from typing import Final

from central.errors import UnavailableError
from central.exchange.named_file import NamedFile

FOLDER: Final = "documents"
"""The folder of them, within the data folder; a backup holds it."""


def keep(data: Path, file: NamedFile) -> None:
    """Keep a document durably; one that is there already is left alone. Raises UnavailableError."""
    path = data / FOLDER / file.sha256
    if path.exists():
        return
    making = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        making.touch(mode=0o600)
        with making.open("wb") as written:
            written.write(file.data)
            written.flush()
            os.fsync(written.fileno())
        making.rename(path)
    except OSError as error:
        msg = f"{path.parent} cannot keep the document ({error.strerror}); see to its space and rights"
        raise UnavailableError(msg) from error


def is_kept(data: Path, sha256: str) -> bool:
    """Tell whether the document of a digest is kept here."""
    return bool(sha256) and (data / FOLDER / sha256).is_file()


def read(data: Path, sha256: str) -> bytes | None:
    """Return a document as it was brought; None for one that is not here.

    Raises UnavailableError for one that is not what was brought.
    """
    if not is_kept(data, sha256):
        return None
    found = (data / FOLDER / sha256).read_bytes()
    if hashlib.sha256(found).hexdigest() != sha256:
        msg = f"document {sha256[:16]} is not what was brought; fetch it from a backup"
        raise UnavailableError(msg)
    return found
