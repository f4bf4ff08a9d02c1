"""Copy a live SQLite database whole, and prove the copy."""

import sqlite3
from contextlib import closing
from pathlib import Path

from central.errors import UnavailableError


def copy_database(source: Path, target: Path) -> None:
    """Copy a database others may be writing to, as it is at one instant, and check the copy.

    Raises UnavailableError when it cannot be read or the copy is not sound.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            # A copy is one file: a write-ahead log beside it would be forgotten when it is moved.
            copy.execute("PRAGMA journal_mode=DELETE")
            said = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
            loose = copy.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        msg = f"{source} cannot be copied ({error}); see to the disk, or restore an earlier backup"
        raise UnavailableError(msg) from error
    if said != ["ok"] or loose:
        found = "; ".join(said) if said != ["ok"] else f"{len(loose)} rows refer to rows that are not there"
        msg = f"{source} is damaged ({found}); restore an earlier backup"
        raise UnavailableError(msg)
    target.chmod(0o600)
