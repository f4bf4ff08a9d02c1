"""Which certificates a station has signed, as the intake keeps them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from central.errors import UnavailableError

# Before this version of its schema a file holds no countersignatures.
_SINCE: Final = 2


def countersigned(evidence: Path, station: str) -> dict[tuple[str, str], str]:
    """Return what a station signed, as Signed objects in JSON, by the day (ISO) and its note's SHA-256.

    Raises UnavailableError.
    """
    if not evidence.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{evidence.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] < _SINCE:
                return {}
            query = "SELECT day, sha256, signed FROM countersignature WHERE station = ?"
            return {(day, sha): signed for day, sha, signed in connection.execute(query, (station,))}
    except sqlite3.Error as error:
        msg = f"the evidence in {evidence} cannot be read ({error}); see whether the file was moved"
        raise UnavailableError(msg) from error
