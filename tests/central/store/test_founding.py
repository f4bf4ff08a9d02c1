"""A records database made in one step is the one all migrations together would make."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from central.config import ENVIRONMENT

MAKE = """
import sys
from pathlib import Path
from central.store import readiness
readiness.set_up(records=Path(sys.argv[1]))
from central.store import founding
founding.found() if sys.argv[2] == "at once" else readiness.migrate()
assert readiness.unapplied() == []
readiness.close()
"""


def made(path: Path, how: str) -> sqlite3.Connection:
    # Both are files, whatever the tests' own records are in.
    environment = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
    subprocess.run([sys.executable, "-c", MAKE, str(path), how], env=environment, check=True)
    return sqlite3.connect(path)


def form_of(records: sqlite3.Connection) -> dict[str, object]:
    """Return tables, columns, references, conditions and indexes; the order of columns tells nothing."""
    tables = records.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    of = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ? ORDER BY sql"
    )
    return {
        name: (
            sorted(row[1:] for row in records.execute(f"PRAGMA table_info({name})")),
            sorted(row[2:] for row in records.execute(f"PRAGMA foreign_key_list({name})")),
            sorted(re.findall(r'CONSTRAINT "\w+" (?:CHECK|UNIQUE)', sql)),
            records.execute(of, [name]).fetchall(),
        )
        for name, sql in tables
    }


def rows_of(records: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return sorted(records.execute(f"SELECT name FROM {table}").fetchall())  # noqa: S608  our own names


@pytest.mark.timeout(120)
def test_records_made_at_once_are_those_the_migrations_make(tmp_path: Path) -> None:
    at_once, migrated = made(tmp_path / "one.sqlite", "at once"), made(tmp_path / "two.sqlite", "in steps")
    assert len(form_of(migrated)) > 60
    assert form_of(at_once).keys() == form_of(migrated).keys()
    differing = {name for name, form in form_of(at_once).items() if form != form_of(migrated)[name]}
    assert differing == set()
    for table in ("django_migrations", "auth_permission"):
        assert rows_of(at_once, table) == rows_of(migrated, table)
    at_once.close()
    migrated.close()
