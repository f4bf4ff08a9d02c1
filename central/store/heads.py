"""How far each epoch of each station is held in a copy of the evidence."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from central.errors import UnavailableError


def heads(path: Path) -> Mapping[str, Mapping[str, int]]:
    """Return the last sequence by station and epoch, the epoch as text for JSON.

    Raises UnavailableError when the copy cannot be read.
    """
    found: dict[str, dict[str, int]] = {}
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            for station, epoch, seq in copy.execute("SELECT station, epoch, seq FROM station_head"):
                found.setdefault(station, {})[str(epoch)] = seq
    except sqlite3.Error as error:
        msg = f"{path} cannot be read ({error}); see to the disk, and make another backup"
        raise UnavailableError(msg) from error
    return found
