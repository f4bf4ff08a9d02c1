"""Carry a school from PostgreSQL into the two files a central without it would have, and back.

A backup is these files on either store: it is proven, rehearsed and read by an auditor in one way, and it
is how a school moves from one store to the other.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from psycopg import sql
from psycopg.types.string import TextLoader

from central.config import PostgresConfig
from central.errors import ConfigError, UnavailableError
from central.store import founding, postgres

_COPY: Final = "copy"
"""The alias of the file while it is made."""
_AT_ONCE: Final = 2_000
_ONE_INSTANT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_TABLES_OF: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_SEEN: Final = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'v')
"""
_PART: Final = "{}_part"
"""Evidence is read by a view of a table's plain name and written to a part of what all schools share."""
_MIGRATIONS: Final = "django_migrations"


def copy_out(config: PostgresConfig, records: Path, evidence: Path | None) -> None:
    """Write records, and evidence into a file that has its tables already, as both are at one instant.

    Raises UnavailableError.
    """
    _found_file(records)
    try:
        with closing(postgres.connect(config, is_reader=True)) as source:
            source.adapters.register_loader("json", TextLoader)
            source.execute(_ONE_INSTANT)
            for target in (records, evidence):
                if target is not None:
                    _fill(target, source, config.schema)
    except (psycopg.Error, sqlite3.Error) as error:
        msg = f"{config.url} cannot be copied to {records.parent} ({error}); see to both"
        raise UnavailableError(msg) from error


def copy_in(records: Path) -> None:
    """Make a school's tables in its empty schema and fill them with the rows of a file, whole or not at all.

    Raises ConfigError for a file of another form, UnavailableError.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with closing(_open(records)) as file, transaction.atomic():
            founding.make_tables(DEFAULT_DB_ALIAS)
            founding.note_applied()
            _require_same_form(file, connection)
            with connection.cursor() as cursor:
                for table in _tables(file):
                    if table != _MIGRATIONS:
                        _pour(cursor.connection, file, table, table)
    except (DatabaseError, psycopg.Error, sqlite3.Error) as error:
        msg = f"{records} cannot be carried into PostgreSQL ({error}); nothing was kept of it"
        raise UnavailableError(msg) from error


def pour_evidence(config: PostgresConfig, evidence: Path) -> None:
    """Fill a school's evidence tables, which are there and empty, with the rows of a file.

    Raises UnavailableError.
    """
    try:
        with (
            closing(_open(evidence)) as file,
            closing(postgres.connect(config)) as target,
            target.transaction(),
        ):
            for table in _tables(file):
                _pour(target, file, table, _PART.format(table))
    except (psycopg.Error, sqlite3.Error) as error:
        msg = f"{evidence} cannot be carried into PostgreSQL ({error}); nothing was kept of it"
        raise UnavailableError(msg) from error


def _found_file(path: Path) -> None:
    connections.databases[_COPY] = connections.configure_settings(
        {"default": {}, _COPY: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}
    )[_COPY]
    try:
        founding.make_tables(_COPY)
        founding.note_applied(_COPY)
    finally:
        connections[_COPY].close()
        del connections[_COPY], connections.databases[_COPY]


def _fill(target: Path, source: postgres.Connection, schema: str) -> None:
    with closing(sqlite3.connect(target)) as file, file:
        there = {name for (name,) in source.execute(_SEEN, (schema,))}
        for table in _tables(file):
            if table in there and table != _MIGRATIONS:
                names = _columns(file, table)
                places = ", ".join("?" * len(names))
                into = f"INSERT INTO {_quoted([table])} ({_quoted(names)}) VALUES ({places})"  # noqa: S608  quoted
                with _rows(source, table, names) as rows:
                    file.executemany(into, rows)


@contextmanager
def _rows(
    source: postgres.Connection, table: str, names: Sequence[str]
) -> Iterator[Iterator[tuple[Any, ...]]]:
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    query = sql.SQL("SELECT {} FROM {}").format(listed, sql.Identifier(table))
    with source.cursor(name="rows") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(query)
        yield (tuple(map(_in_a_file, row)) for row in cursor)


def _in_a_file(value: object) -> object:
    """Return what Django keeps of a value in SQLite."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    if isinstance(value, Decimal):
        return str(value)
    # Dates and times.
    return str(value)


def _pour(target: Any, file: sqlite3.Connection, table: str, here: str) -> None:  # noqa: ANN401  any of psycopg's
    names = _columns(file, table)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(here), listed)
    rows = file.execute(f"SELECT {_quoted(names)} FROM {_quoted([table])}")  # noqa: S608  quoted
    with target.cursor() as cursor:
        with cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
        if "id" in names:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", (_quoted([here]),))
            (sequence,) = cursor.fetchone()
            if sequence is not None:
                newest = sql.SQL("SELECT setval({}, max(id)) FROM {} HAVING max(id) IS NOT NULL")
                cursor.execute(newest.format(sql.Literal(sequence), sql.Identifier(here)))


def _require_same_form(file: sqlite3.Connection, connection: Any) -> None:  # noqa: ANN401  Django's
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {_MIGRATIONS}")  # noqa: S608  as it stands above
        known = set(cursor.fetchall())
    held = set(file.execute(f"SELECT app, name FROM {_MIGRATIONS}"))  # noqa: S608  as above
    if held != known:
        msg = (
            "the backup is of another version than this program; put it back without [postgres], run"
            " rollbook-central migrate and backup there, and restore that one"
        )
        raise ConfigError(msg)


def _tables(file: sqlite3.Connection) -> list[str]:
    return sorted(str(name) for (name,) in file.execute(_TABLES_OF))


def _columns(file: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in file.execute(f"PRAGMA table_info({_quoted([table])})")]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
