"""Published: the register's tables as their files have them; anything written otherwise is refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from central.errors import ConfigError

TABLES = Path(__file__).parent / "tables"
ORDER = ("items", "requirements", "rules", "additions", "duties", "funding", "reading", "questions")
"""The tables by the names of their files, in the order they are read."""

_TABLE_KEYS = {"title", "about", "columns", "row"}
_ASKED = ("query", "needs", "same_as")
_FURTHER = {"key", "asks", "citation", "finding", "number", *_ASKED}
_NEEDS_KEYS = {"who", "what", "due", "months"}


@dataclass(frozen=True, slots=True)
class Needs:
    """Who must bring what evidence by which day of the school year, and how many months it holds.

    `due` is a month and day such as "09-30"; `months` is None where one answer lasts.
    """

    who: str
    what: str
    due: str
    months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement; exactly one of `query`, `needs` and `same_as` says where its state comes from.

    `cells` are the columns of its table. `query` names a question to the records and `asks` says it
    in words. `same_as` is the key of the row that asks the same. `finding` says what the school's
    own words get wrong, by `citation`. `number` is that of an open question of the law.
    """

    key: str
    table: str
    cells: Mapping[str, str]
    citation: str
    finding: str = ""
    query: str | None = None
    asks: str = ""
    needs: Needs | None = None
    same_as: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One list of requirements with its own columns."""

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@cache
def tables() -> tuple[Table, ...]:
    """Return every table in order; raises ConfigError where a file is not as it must be."""
    found = tuple(_table(name, (TABLES / f"{name}.toml").read_text(encoding="utf-8")) for name in ORDER)
    keys = [row.key for table in found for row in table.rows]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    astray = sorted(
        row.key for table in found for row in table.rows if row.same_as and row.same_as not in keys
    )
    if twice or astray:
        msg = f"have keys twice {twice}, and rows the same as nothing {astray}"
        raise _wrong(", ".join(ORDER), msg)
    return found


def rows() -> Mapping[str, Row]:
    """Return every row by its key, in the order of the tables."""
    return MappingProxyType({row.key: row for table in tables() for row in table.rows})


def parse(name: str, text: str) -> Table:
    """Read one table from TOML text; raises ConfigError naming the row that is wrong."""
    return _table(name, text)


def _table(name: str, text: str) -> Table:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(name, f"is not TOML: {error}") from error
    if found.keys() != _TABLE_KEYS:
        raise _wrong(name, f"has {sorted(found)}, not {sorted(_TABLE_KEYS)}")
    columns = tuple(found["columns"])
    return Table(
        name, found["title"], found["about"], columns, tuple(_row(name, columns, row) for row in found["row"])
    )


def _row(name: str, columns: tuple[str, ...], found: dict[str, object]) -> Row:
    key = str(found.get("key", "?"))
    where = f"{name}: {key}"
    asked = [word for word in _ASKED if word in found]
    if len(asked) != 1:
        msg = f"has {asked}, not one of {', '.join(_ASKED)}"
        raise _wrong(where, msg)
    lacking = {"key", *columns} - found.keys()
    unknown = found.keys() - _FURTHER - set(columns)
    if lacking or unknown or ("query" in found) != ("asks" in found):
        msg = f"lacks {sorted(lacking)}, has unknown {sorted(unknown)}"
        raise _wrong(where, msg)
    number = found.get("number")
    return Row(
        key=key,
        table=name,
        cells=MappingProxyType({column: str(found[column]) for column in columns}),
        citation=str(found.get("citation", found.get("cites", ""))),
        finding=str(found.get("finding", "")),
        query=str(found["query"]) if "query" in found else None,
        asks=str(found.get("asks", "")),
        needs=_needs(where, found["needs"]) if "needs" in found else None,
        same_as=str(found["same_as"]) if "same_as" in found else None,
        number=number if isinstance(number, int) else None,
    )


def _needs(where: str, found: object) -> Needs:
    if not isinstance(found, dict) or not {"who", "what", "due"} <= found.keys() <= _NEEDS_KEYS:
        raise _wrong(where, f"needs must have {sorted(_NEEDS_KEYS)}")
    return Needs(found["who"], found["what"], found["due"], found.get("months"))


def _wrong(where: str, what: str) -> ConfigError:
    return ConfigError(f"the register's {where} {what}; install rollbook again")
