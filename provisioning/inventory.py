"""The room list of a school: every problem found at once, each with row and column, and its good rooms."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning import system_cells
from provisioning.cells import objections
from provisioning.errors import InventoryError, UnknownRoomError
from provisioning.room import Room, room
from provisioning.room_table import Problem, Row, read_csv, read_toml

_UNIQUE = ("station", "hostname")


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

    def rooms(self, wanted: Sequence[str] = ()) -> list[Room]:
        """Return the rooms named by station or room, or all of them, in the order of the list.

        A problem in another row does not stand in the way: some rooms can be built while the rest of the
        list is still being filled in. A name given to two rows is a problem of both.

        Errors: InventoryError with every problem of these rows, UnknownRoomError.
        """
        rows = [self._row(name) for name in wanted] or list(self.rows)
        numbers = {row.number for row in rows}
        bad = [each for each in self.problems if each.is_of_header or each.row in numbers]
        if bad:
            raise InventoryError([_line(self.source, problem) for problem in bad])
        return [room(row.cells) for row in self.rows if row.number in numbers]

    def room(self, wanted: str) -> Room:
        """Return the one room of this name; errors as for `rooms`."""
        (found,) = self.rooms([wanted])
        return found

    def _row(self, wanted: str) -> Row:
        stations = [row for row in self.rows if row.cells.get("station") == wanted]
        found = stations or [row for row in self.rows if row.cells.get("room") == wanted]
        if not found:
            msg = f"no row of {self.source} has station or room {wanted!r}; see the first two columns"
            raise UnknownRoomError(msg)
        if len(found) > 1 and not stations:
            names = ", ".join(row.cells.get("station", "?") for row in found)
            msg = f"{self.source} has {len(found)} stations in room {wanted!r}; name the station: {names}"
            raise UnknownRoomError(msg)
        return found[0]


def read(path: Path) -> Inventory:
    """Read a room list (`.toml`, else CSV) and check all of it.

    Errors: InventoryError when nothing of the file can be used (missing, not UTF-8, no rooms).
    """
    table = read_toml(path) if path.suffix == ".toml" else read_csv(path)
    problems = list(table.problems)
    if not table.rows:
        lines = [_line(path, problem) for problem in problems]
        raise InventoryError([*lines, f"{path} lists no room; add one row for each station"])
    for row in table.rows:
        wrong = [each for each in objections(row.cells) if each[0] not in table.lacking]
        problems += [Problem(row.number, column, what) for column, what in wrong]
    problems += _repeated(table.rows)
    problems += _of_another_school(table.rows)
    problems.sort(key=lambda problem: problem.row)
    return Inventory(path, table.rows, problems)


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


def _of_another_school(rows: Sequence[Row]) -> Iterator[Problem]:
    """Find the rows of another school: a digit mistyped, or two lists become one."""
    schools = {row.number: row.cells.get("school", "") for row in rows}
    well = {number: school for number, school in schools.items() if system_cells.school(school) is None}
    for school, count in Counter(well.values()).most_common(1):
        for number, other in well.items():
            if other != school:
                what = f"{other!r} is another school than {school!r} in {count} rows; keep one list a school"
                yield Problem(number, "school", what)
