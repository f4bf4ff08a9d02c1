"""The agent's database as its first release left it."""

import sqlite3
from contextlib import closing
from pathlib import Path


def forget_newer_releases(file: Path) -> None:
    """Give the database the shape of the first release."""
    with closing(sqlite3.connect(file)) as db, db:
        for column in ("carried_seq", "parted", "agreed_seq", "agreed_inc"):
            db.execute(f"ALTER TABLE peer DROP COLUMN {column}")
        for column in ("config_version", "config_etag"):
            db.execute(f"ALTER TABLE standing DROP COLUMN {column}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name <> 'first_release'")
