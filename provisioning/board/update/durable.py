"""Files and links that are at every moment the old one or the new one, and outlive a power cut."""

import os
from pathlib import Path

from station.durable import sync_folder


def place(file: Path, data: bytes) -> None:
    """Put a file in the place of the one before; raises OSError."""
    draft = file.with_name(f".{file.name}.new")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    sync_folder(file.parent)


def point(link: Path, target: str) -> None:
    """Let a symbolic link name another target, in one step; raises OSError."""
    draft = link.with_name(f".{link.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    sync_folder(link.parent)


def keep(folder: Path) -> None:
    """Return once every file below a folder, and its name, is on the disk; raises OSError."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        elif file.is_dir() and not file.is_symlink():
            sync_folder(file)
    sync_folder(folder)
