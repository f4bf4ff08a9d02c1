"""Published: the rows that are written once, read from a file in the order they came, and their digests."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from django.apps import apps

from central.errors import UnavailableError


def tables() -> list[str]:
    """Return the tables whose rows the program only ever adds, in the order of their names; Django is up."""
    # Models can be imported only then, and whoever imports this module may come before.
    from central.store.models.append_only import AppendOnly

    return sorted(
        model._meta.db_table  # noqa: SLF001  Django's documented Meta API
        for model in apps.get_models()
        if issubclass(model, AppendOnly)
    )


def columns(path: Path) -> Mapping[str, Sequence[str]]:
    """Return the columns of each written-once table that a records file has; raises UnavailableError."""
    with closing(_open(path)) as records:
        found = {table: _columns(records, table) for table in tables()}
    return {table: names for table, names in found.items() if names}


def counts(path: Path) -> Mapping[str, int]:
    """Return how many rows every table of a database file holds; raises UnavailableError."""
    with closing(_open(path)) as database:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = sorted(str(name) for (name,) in database.execute(named))
        return {name: _count(database, name) for name in names}


def heads(
    path: Path, table: str, names: Sequence[str], at: Sequence[int] | None = None
) -> Iterator[tuple[int, str]]:
    """Yield (count, SHA-256 over the first so many rows) for each ascending count in `at`.

    Without `at` the one head over all rows there are is given. A count beyond the last row is not
    yielded. Only the named columns are read, so that one added later changes nothing. Raises
    UnavailableError, also where a column is missing.
    """
    wanted = list(at) if at is not None else []
    running, read = hashlib.sha256(), 0
    try:
        with closing(_open(path)) as records:
            for row in records.execute(_select(table, names)):
                while wanted and wanted[0] == read:
                    yield wanted.pop(0), running.hexdigest()
                running.update(_line(row))
                read += 1
    except sqlite3.Error as error:
        msg = f"{path} cannot be read ({error}); see to the disk, or restore a backup"
        raise UnavailableError(msg) from error
    if at is None or read in wanted:
        yield read, running.hexdigest()


def _line(row: Sequence[object]) -> bytes:
    cells = [{"hex": cell.hex()} if isinstance(cell, bytes) else cell for cell in row]
    return json.dumps(cells, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _select(table: str, names: Sequence[str]) -> str:
    listed = ", ".join(_quoted(name) for name in names)
    return f"SELECT {listed} FROM {_quoted(table)} ORDER BY id"  # noqa: S608  names of a schema, quoted


def _count(database: sqlite3.Connection, table: str) -> int:
    (number,) = database.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()  # noqa: S608  as above
    return int(number)


def _columns(records: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in records.execute(f"PRAGMA table_info({_quoted(table)})")]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _open(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        msg = f"{path} cannot be read ({error}); see to the disk, or restore a backup"
        raise UnavailableError(msg) from error
