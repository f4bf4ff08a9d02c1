"""Links that are at every moment the old one or the new one, and whole folders, that outlive a power cut."""

import os
from pathlib import Path

from station.durable import sync_folder


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
