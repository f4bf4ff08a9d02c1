"""When each station's entries last came in, read from the intake's database."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from central.errors import UnavailableError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEWEST = """
    SELECT station, received_ms, last_seq FROM batch
    WHERE srv_seq IN (SELECT max(srv_seq) FROM batch GROUP BY station)
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """The newest batch of one station: when it came in and how far its journal had come."""

    at: datetime
    sequence: int


def newest_contacts(path: Path) -> dict[str, Contact]:
    """Return each station's newest contact; nothing before the first batch. Raises UnavailableError."""
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(_NEWEST).fetchall()
    except sqlite3.Error as error:
        msg = f"the evidence in {path} cannot be read ({error}); see whether the file was moved"
        raise UnavailableError(msg) from error
    return {
        station: Contact(_EPOCH + timedelta(milliseconds=received_ms), sequence)
        for station, received_ms, sequence in rows
    }
