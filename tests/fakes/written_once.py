"""Build the same rows for test after test: by the models the first time, as they stood there afterwards."""

import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from central.store.models import AuditEvent, School, Tap

_Built = TypeVar("_Built")
_Asked = ParamSpec("_Asked")
_Rows = list[tuple[Any, ...]]  # Any: what a database holds


@dataclass(frozen=True)
class _Table:
    name: str
    columns: tuple[str, ...]

    @property
    def insert(self) -> str:
        columns, places = (", ".join(each) for each in (self._quoted, ["%s"] * len(self.columns)))
        return f'INSERT INTO "{self.name}" ({columns}) VALUES ({places})'  # noqa: S608  a table of ours

    @property
    def _quoted(self) -> list[str]:
        return [f'"{column}"' for column in self.columns]

    def rows(self, most: int = -1) -> _Rows:
        # The sign keeps each value as it is stored: a bare column would be read as its declared type.
        columns = ", ".join(f"+{column}" for column in self._quoted)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {columns} FROM "{self.name}" LIMIT {most}')  # noqa: S608  as above
            return list(cursor.fetchall())


@dataclass(frozen=True)
class _Kept:
    rows: Mapping[_Table, _Rows]
    built: bytes

    def again(self) -> object:
        # In one transaction: the tables stand in no order, and who refers to whom is looked at in its end.
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                cursor.executemany(table.insert, rows)
        built: object = pickle.loads(self.built)  # noqa: S301  written by this process a moment ago
        return built


def written_once(build: Callable[_Asked, _Built]) -> Callable[_Asked, _Built]:
    """Make a builder of rows in empty records one whose second call costs a hundredth of its first.

    What it returns is a copy of its own at each call. It may write nothing but tables of the store. Records
    that hold anything already, and databases whose counters do not follow the rows put into them, are built
    by the models every time.
    """
    kept: dict[object, _Kept] = {}

    @wraps(build)
    def building(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Built:
        if connection.vendor != "sqlite" or any(table.rows(most=1) for table in _FIRST_OF_ALL):
            return build(*args, **kwargs)
        asked = (args, tuple(sorted(kwargs.items())))
        if asked in kept:
            return cast("_Built", kept[asked].again())
        built = build(*args, **kwargs)
        rows = {table: rows for table in _tables() if (rows := table.rows())}
        kept[asked] = _Kept(rows, pickle.dumps(built))
        return built

    return building


def _tables() -> Iterator[_Table]:
    for model in apps.get_app_config("store").get_models(include_auto_created=True):
        yield _table(model)


def _table(model: type[Model]) -> _Table:
    return _Table(
        model._meta.db_table, tuple(str(field.column) for field in model._meta.local_concrete_fields)
    )


# Everything else in the records belongs to one of these.
_FIRST_OF_ALL: Final = tuple(_table(model) for model in (School, Tap, AuditEvent))
