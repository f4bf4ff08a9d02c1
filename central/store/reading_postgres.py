"""Readers of the evidence on PostgreSQL: connections that may not write, kept for the next reader."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from central.config import PostgresConfig
from central.store.postgres import Connection, Error, LineError, connect, unavailable

_IDLE: Final = dict[PostgresConfig, list[Connection]]()


@contextmanager
def reading(config: PostgresConfig) -> Iterator["Line | None"]:
    """Give a line to this school's evidence, None where no intake ever began; raises UnavailableError."""
    line = Line(config)
    try:
        yield line if line.has_evidence else None
    except Error as error:
        line.close()
        raise unavailable(config, error) from error
    finally:
        line.give_back()


class Line:
    """A connection for one reader at a time."""

    def __init__(self, config: PostgresConfig) -> None:
        """Take one that is kept, or connect; raises UnavailableError."""
        self._config, self._idle = config, _IDLE.setdefault(config, [])
        self.has_evidence = self._is_old = bool(self._idle)
        if self._is_old:
            self._connection = self._idle.pop()
        else:
            self._connect()

    def __call__(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Answer a query; where the server went away since the last reader, it is reached anew."""
        try:
            return self._ask(query, values)
        except LineError:
            if not self._is_old:
                raise
            self.close()
            self._is_old = False
            self._connect()
            return self._ask(query, values)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def give_back(self) -> None:
        """Let the next reader have it, if it still leads anywhere."""
        if not self.has_evidence:
            self.close()
        elif not self._connection.closed:
            self._idle.append(self._connection)

    def _connect(self) -> None:
        self._connection = connect(self._config, is_reader=True)
        self.has_evidence = self._ask("SELECT to_regclass('station_head') IS NOT NULL", ()) == [(True,)]

    def _ask(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.replace("?", "%s"), values, binary=True).fetchall()


@atexit.register
def _hang_up() -> None:
    for idle in _IDLE.values():
        for connection in idle:
            connection.close()
