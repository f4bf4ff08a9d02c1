"""Replace a file that others follow, whole or not at all."""

import os
from pathlib import Path

from station.durable import sync_folder


def replace(path: Path, text: str) -> None:
    """Replace a file durably, by rename; one that says the same already is left alone."""
    data = f"{text}\n".encode("ascii")
    if path.exists() and path.read_bytes() == data:
        return
    making = path.with_suffix(".new")
    with making.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    making.rename(path)
    sync_folder(path.parent)
