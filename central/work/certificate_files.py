"""The folder of published certificates: one file a day, whole or not at all, and what waits to be signed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from station import durable

FOLDER: Final = "certificates"
OF_THE_SCHOOL: Final = "_school"
"""No station has a name like this one."""
AWAITS: Final = "awaits.txt"


def folder(data: Path, whose: str) -> Path:
    """Return the folder of a station's certificates, or of the school's, made where it is missing."""
    found = data / FOLDER / whose
    found.mkdir(parents=True, exist_ok=True)
    return found


def place(path: Path, text: str) -> None:
    """Put a file in its place, whole and durably; one that says the same already is left alone."""
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return
    durable.place(path, data)


def await_day(stations: Path, day: str | None) -> None:
    """Say which day's certificate the station is to sign next; None when none waits."""
    if day is None:
        (stations / AWAITS).unlink(missing_ok=True)
    else:
        place(stations / AWAITS, f"{day}\n")


def published(data: Path) -> Iterator[Path]:
    """Yield every published certificate."""
    yield from sorted((data / FOLDER).glob("*/*.json"))
