"""Messages the intake set aside, laid into its own table as it leaves them."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.fakes.evidence_file import ms

EPOCH: Final = 4_611_686_018_427_387_905


def set_aside(path: Path, station: str, reason: str, at: datetime, *, epoch: int = EPOCH) -> int:
    """Keep a message of a station aside as one received at an instant; return its id."""
    with closing(sqlite3.connect(path)) as connection, connection:
        number = connection.execute("SELECT count(*) FROM quarantine").fetchone()[0] + 1
        cursor = connection.execute(
            "INSERT INTO quarantine (station, epoch, reason, received_ms, bytes, digest)"
            " VALUES (?, ?, ?, ?, x'00', ?)",
            (station, epoch, reason, ms(at), number.to_bytes(32, "big")),
        )
        return int(cursor.lastrowid or 0)
