"""Files the agent leaves in the station's folder, there whole or not at all."""

import os
from pathlib import Path

from station.durable import sync_folder
from sync_agent.errors import MemoryFileError


def place(file: Path, text: str, *, is_durable: bool) -> None:
    """Put a file in the place of the one before by rename; a durable one outlives a power cut.

    Raises MemoryFileError.
    """
    place_bytes(file, text.encode(), is_durable=is_durable)


def place_bytes(file: Path, data: bytes, *, is_durable: bool) -> None:
    """Put bytes there as `place` does a text; raises MemoryFileError."""
    draft = file.with_name(f".{file.name}")
    try:
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            if is_durable:
                os.fsync(stream.fileno())
        draft.replace(file)
        if is_durable:
            sync_folder(file.parent)
    except OSError as error:
        raise unwritable(file, error) from error


def unwritable(file: Path, error: OSError) -> MemoryFileError:
    """Return the error that says a file cannot be written, and why."""
    return MemoryFileError(f"{file}: cannot be written ({error.strerror}); look at the disk and the rights")
