"""The evidence as readers ask it, never holding the intake up: in its file, or on PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from central.config import PostgresConfig
from central.errors import UnavailableError

Place: TypeAlias = Path | PostgresConfig
"""Where the evidence is kept."""
Ask: TypeAlias = Callable[..., list[tuple[Any, ...]]]
"""Takes a query with ? for each value, and the values; returns its rows."""


@contextmanager
def reading(place: Place, *, since: int = 0) -> Iterator[Ask | None]:
    """Give what answers queries; None where nothing was ever kept, or by a program from before `since`.

    `since` is a version of the file's schema. Raises UnavailableError.
    """
    if isinstance(place, PostgresConfig):
        from central.store import reading_postgres  # its driver takes longer to load than some commands run

        with reading_postgres.reading(place) as ask:
            yield ask
    elif not place.exists():
        yield None
    else:
        with _in_file(place, since) as ask:
            yield ask


def ask_once(place: Place, query: str, *values: object, since: int = 0) -> list[tuple[Any, ...]]:
    """Return the rows of one query, none where nothing was ever kept; raises UnavailableError."""
    with reading(place, since=since) as ask:
        return [] if ask is None else ask(query, *values)


@contextmanager
def _in_file(path: Path, since: int) -> Iterator[Ask | None]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:

            def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
                return connection.execute(query, values).fetchall()

            is_known = not since or connection.execute("PRAGMA user_version").fetchone()[0] >= since
            yield ask if is_known else None
    except sqlite3.Error as error:
        msg = f"the evidence in {path} cannot be read ({error}); see whether the file was moved"
        raise UnavailableError(msg) from error
