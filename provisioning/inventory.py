"""The room list of a school, as CSV or TOML: every problem found at once, each with row and column."""

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning.cells import COLUMNS, objections
from provisioning.errors import InventoryError, UnknownRoomError
from provisioning.room import Room, room

_NAMES = tuple(column.name for column in COLUMNS)
_UNIQUE = ("station", "hostname")
_TABLE = "rooms"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file; `number` is the line a spreadsheet shows beside it."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be put right in the list, and where it stands."""

    row: int
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """A room list that could be read: its rows and everything that is wrong with them."""

    source: Path
    rows: Sequence[Row]
    problems: Sequence[Problem]

    @property
    def complaints(self) -> list[str]:
        """Return one printable line for each problem."""
        return [_line(self.source, problem) for problem in self.problems]

    def room(self, wanted: str) -> Room:
        """Return the room named by its station or its room, refusing a row that has problems.

        A problem in another row does not stand in the way: one room can be built while the rest of
        the list is still being filled in. A name given to two rows is a problem of both.
        """
        found = [row for row in self.rows if row.cells.get("station") == wanted]
        found = found or [row for row in self.rows if row.cells.get("room") == wanted]
        if not found:
            msg = f"no row of {self.source} has station or room {wanted!r}; see the first two columns"
            raise UnknownRoomError(msg)
        numbers = {row.number for row in found}
        if mine := [_line(self.source, problem) for problem in self.problems if problem.row in numbers]:
            raise InventoryError(mine)
        if len(found) > 1:
            stations = ", ".join(row.cells["station"] for row in found)
            msg = f"{self.source} has {len(found)} stations in room {wanted!r}; name the station: {stations}"
            raise UnknownRoomError(msg)
        return room(found[0].cells)


def read(path: Path) -> Inventory:
    """Read a room list (`.toml`, else CSV) and check all of it.

    Errors: InventoryError when the file as a whole cannot be used (missing, not UTF-8, wrong columns).
    """
    rows, problems = _toml_rows(path) if path.suffix == ".toml" else _csv_rows(path)
    if not rows:
        raise InventoryError([f"{path} lists no room; add one row for each station"])
    for row in rows:
        problems += [Problem(row.number, column, what) for column, what in objections(row.cells)]
    problems += _repeated(rows)
    problems.sort(key=lambda problem: problem.row)
    return Inventory(path, rows, problems)


def _line(source: Path, problem: Problem) -> str:
    return f"{source} row {problem.row}, column {problem.column}: {problem.what}"


def _repeated(rows: Sequence[Row]) -> Iterator[Problem]:
    for name in _UNIQUE:
        seen: dict[str, list[int]] = {}
        for row in rows:
            if cell := row.cells.get(name, ""):
                seen.setdefault(cell.casefold(), []).append(row.number)
        for cell, numbers in seen.items():
            for number in numbers if len(numbers) > 1 else ():
                others = ", ".join(str(other) for other in numbers if other != number)
                yield Problem(number, name, f"{cell!r} stands in row {others} too; each needs its own")


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InventoryError([f"cannot read {path} ({error.strerror}); give the file's name"]) from error
    except UnicodeDecodeError as error:
        raise InventoryError([f"{path} is not UTF-8 text; save it as 'CSV UTF-8'"]) from error


def _csv_rows(path: Path) -> tuple[list[Row], list[Problem]]:
    text = _text(path)
    header = text.split("\n", 1)[0]
    # A spreadsheet writes the separator of its country; the header says which.
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_columns(path, names)
        for line in reader:
            cells = [cell.strip() for cell in line]
            if any(cells):
                rows.append(Row(reader.line_num, dict(zip(names, cells, strict=False))))
            if any(cells[len(names) :]):
                what = "is followed by more cells than the header has columns; check the separators"
                problems.append(Problem(reader.line_num, names[-1], what))
    except csv.Error as error:
        where = f"{path} row {reader.line_num}"
        raise InventoryError([f"{where}: {error}; check the quotation marks"]) from error
    return rows, problems


def _check_columns(path: Path, names: Sequence[str]) -> None:
    known = f"the columns are {', '.join(_NAMES)}"
    wrong = [f"unknown column {name!r}; {known}" for name in names if name not in _NAMES]
    wrong += [f"column {name!r} stands there twice" for name in _NAMES if names.count(name) > 1]
    missing = [column.name for column in COLUMNS if column.required and column.name not in names]
    wrong += [f"column {name!r} is missing; {known}" for name in missing]
    if wrong:
        raise InventoryError([f"{path} row 1: {what}" for what in wrong])


def _toml_rows(path: Path) -> tuple[list[Row], list[Problem]]:
    try:
        document = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InventoryError([f"{path} is not TOML: {error}"]) from error
    tables = document.pop(_TABLE, [])
    if document or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InventoryError([f"{path} must hold [[{_TABLE}]] tables and nothing else"])
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, table in enumerate(tables, start=1):
        for name, cell in table.items():
            if name not in _NAMES:
                problems.append(Problem(number, name, f"is unknown; the keys are {', '.join(_NAMES)}"))
            elif not isinstance(cell, str):
                problems.append(Problem(number, name, "is not text; put the value in quotation marks"))
        rows.append(Row(number, {name: str(cell).strip() for name, cell in table.items()}))
    return rows, problems
