"""Published: files, and the names in a folder, that are whole at every moment and outlive a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def place(file: Path, data: bytes) -> None:
    """Put a file in the place of the one before, which until then is the old one; raises OSError."""
    draft = file.with_name(f".{file.name}.new")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder, new ones and missing ones, are on the disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
