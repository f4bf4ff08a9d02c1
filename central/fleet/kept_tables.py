"""sqlite-utils over a schema that does not change: what a table looks like is asked once, not at each row."""

import sqlite3
from typing import Any

from sqlite_utils import Database
from sqlite_utils.db import Column, Table


class KeptDatabase(Database):
    """A database whose tables were all there when it was opened."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection, execute_plugins=False)
        self._names: list[str] | None = None
        self._tables: dict[str, Table] = {}

    def table_names(self, fts4: bool = False, fts5: bool = False) -> list[str]:  # noqa: FBT001, FBT002  its signature
        """Return the names of the tables."""
        if self._names is None:
            self._names = super().table_names(fts4, fts5)
        return self._names

    def view_names(self) -> list[str]:
        """Return that there are no views."""
        return []

    def table(self, table_name: str, **kwargs: Any) -> Table:  # noqa: ANN401  its signature
        """Return a table of this database."""
        if table_name not in self._tables:
            self._tables[table_name] = _KeptTable(self, table_name, **kwargs)
        return self._tables[table_name]


class _KeptTable(Table):
    """A table whose columns were all there when it was first looked at."""

    _kept_columns: list[Column] | None = None

    @property
    def columns(self) -> list[Column]:
        """Return its columns."""
        if self._kept_columns is None:
            self._kept_columns = super().columns
        return self._kept_columns
