"""A room list as rows of cells: what a spreadsheet saved as CSV, or a person wrote as TOML."""

import csv
import difflib
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning.cells import COLUMNS
from provisioning.errors import InventoryError

_NAMES = tuple(column.name for column in COLUMNS)
_REQUIRED = tuple(column.name for column in COLUMNS if column.required)
_TABLE = "rooms"
_HEADER = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file; `number` is the one a spreadsheet shows beside it."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be put right in the list, and where it stands; in the header it is of all rows."""

    row: int
    column: str
    what: str

    @property
    def is_of_header(self) -> bool:
        """Tell whether no row can be trusted before this is put right."""
        return self.row == _HEADER


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a list, the columns its header lacks, and what is wrong with its form."""

    rows: Sequence[Row]
    problems: Sequence[Problem]
    lacking: frozenset[str] = frozenset()


def read_csv(path: Path) -> Table:
    """Read a list of any country's spreadsheet; InventoryError when nothing of it can be read."""
    text = _text(path)
    header = text.split("\n", 1)[0]
    # A spreadsheet writes the separator of its country; the header says which.
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    # A record may run over several lines, and where one began is where the mistake is.
    number = _HEADER
    try:
        names = [name.strip() for name in next(reader, [])]
        problems = _of_header(names)
        for number, line in enumerate(reader, start=_HEADER + 1):
            cells = [cell.strip() for cell in line]
            if any(cells):
                rows.append(Row(number, dict(zip(names, cells, strict=False))))
            if any(cells[len(names) :]):
                what = "is followed by more cells than the header has columns; check the separators"
                problems.append(Problem(number, names[-1] if names else "1", what))
    except csv.Error as error:
        where = f"{path} after row {number}"
        raise InventoryError([f"{where}: {error}; check the quotation marks"]) from error
    return Table(rows, problems, frozenset(_REQUIRED) - frozenset(names))


def read_toml(path: Path) -> Table:
    """Read a list of `[[rooms]]` tables; InventoryError when it is not one."""
    try:
        document = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InventoryError([f"{path} is not TOML: {error}; correct it there"]) from error
    tables = document.pop(_TABLE, [])
    if document or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InventoryError([f"{path} must hold [[{_TABLE}]] tables and nothing else"])
    rows: list[Row] = []
    problems: list[Problem] = []
    # Numbered as the same rows of a spreadsheet would be, below a header.
    for number, table in enumerate(tables, start=_HEADER + 1):
        for name, cell in table.items():
            if name not in _NAMES:
                problems.append(Problem(number, name, _unknown(name)))
            elif not isinstance(cell, str):
                problems.append(Problem(number, name, "is not text; put the value in quotation marks"))
        rows.append(Row(number, {name: str(cell).strip() for name, cell in table.items()}))
    return Table(rows, problems)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InventoryError([f"cannot read {path} ({error.strerror}); give the file's name"]) from error
    except UnicodeDecodeError as error:
        raise InventoryError([f"{path} is not UTF-8 text; save it as 'CSV UTF-8'"]) from error


def _of_header(names: Sequence[str]) -> list[Problem]:
    wrong = [(name, _unknown(name)) for name in names if name not in _NAMES]
    wrong += [(name, "stands there twice; keep one") for name in _NAMES if names.count(name) > 1]
    wrong += [(name, f"is missing; {_known()}") for name in _REQUIRED if name not in names]
    return [Problem(_HEADER, name or "without a name", what) for name, what in wrong]


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), _NAMES, n=1)
    return f"is unknown; {f'write {near[0]!r}' if near else _known()}"


def _known() -> str:
    return f"the columns are {', '.join(_NAMES)}"
