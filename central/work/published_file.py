"""Replace a file that others follow, whole or not at all."""

from pathlib import Path

from station.durable import place


def replace(path: Path, text: str) -> None:
    """Replace a file durably, by rename; one that says the same already is left alone."""
    data = f"{text}\n".encode("ascii")
    if path.exists() and path.read_bytes() == data:
        return
    place(path, data)
