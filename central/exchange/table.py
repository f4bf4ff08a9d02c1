"""Read one CSV file of known columns into rows, forgiving in its headers and strict about its bytes."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from central.exchange.problem import Problem, Where

_BOM = b"\xef\xbb\xbf"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a file may have; `synonyms` maps other spellings, as they are normalised, to ours."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> dict[str, str]:
        """Return every accepted spelling, normalised, with the column it means."""
        plain = {normalised(name): name for name in (*self.required, *self.optional)}
        return {**self.synonyms, **plain}


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: its place and its cells without the space around them."""

    where: Where
    cells: Mapping[str, str]
    problems: list[Problem]

    def problem(self, text: str, column: str = "") -> None:
        """Note that something in this row must be corrected."""
        self.problems.append(Problem(self.where, text, column))

    def text(self, column: str, longest: int = 255) -> str:
        """Return a cell's text; one too long, or with control characters, is a problem."""
        value = self.cells.get(column, "")
        if len(value) > longest:
            self.problem(f"{len(value)} characters are more than the {longest} there is room for", column)
        if _CONTROL.search(value):
            self.problem("a control character or line break stands in this cell", column)
        return value

    def needed(self, column: str, longest: int = 255) -> str:
        """Return a cell's text; an empty one is a problem."""
        value = self.text(column, longest)
        if not value:
            self.problem("this cell is empty", column)
        return value

    def day(self, column: str) -> date | None:
        """Return a cell's date; an empty cell is none, anything but YYYY-MM-DD is a problem."""
        value = self.cells.get(column, "")
        if not value:
            return None
        try:
            # fromisoformat alone also takes week dates and basic forms, which nobody means here.
            if _ISO_DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.problem(f"{value!r} is no date; write it like 2024-08-19", column)
        return None

    def needed_day(self, column: str) -> date | None:
        """Return a cell's date; an empty or wrong one is a problem and none."""
        if not self.cells.get(column):
            self.problem("this cell is empty; a date like 2024-08-19 belongs here", column)
        return self.day(column)

    def truth(self, column: str) -> bool | None:
        """Return a cell's yes or no; anything else, also an empty cell, is a problem and none."""
        value = self.cells.get(column, "").casefold()
        if value in {"yes", "y", "true", "1"}:
            return True
        if value in {"no", "n", "false", "0"}:
            return False
        self.problem(f"{value!r} is neither yes nor no", column)
        return None

    def clock(self, column: str) -> time | None:
        """Return a cell's time of day from 24-hour hh:mm; anything else is a problem and none."""
        value = self.cells.get(column, "")
        try:
            if match := _CLOCK.fullmatch(value):
                return time(int(match[1]), int(match[2]))
        except ValueError:
            pass
        self.problem(f"{value!r} is no time of day; write it in 24 hours, like 08:30", column)
        return None


def normalised(header: str) -> str:
    """Return a header without case, spaces, underscores, hyphens and a plural s.

    Public implementations of one standard disagree on all of these (orgSourcedId, orgSourcedIds).
    """
    return re.sub(r"[\s_\-]", "", header.strip().strip("\ufeff")).casefold().removesuffix("s")


def read(file: str, data: bytes, columns: Columns, problems: list[Problem]) -> list[Row]:
    """Return the rows of a UTF-8 CSV file; whatever is wrong with it is added to `problems`.

    A byte order mark is accepted, unknown columns are passed over, rows without any text are skipped.
    """
    text = _decoded(file, data, problems)
    if text is None:
        return []
    lines = _records(file, text, problems)
    header = next(lines, None)
    if header is None:
        problems.append(Problem(Where(file), "the file is empty; its first row names the columns"))
        return []
    places = _places(file, header[1], columns, problems)
    rows = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        row = Row(Where(file, number), {}, problems)
        if len(cells) != len(header[1]):
            row.problem(
                f"{len(cells)} cells under {len(header[1])} columns; look for a missing quote or comma"
            )
            continue
        rows.append(Row(row.where, {name: cells[at].strip() for name, at in places.items()}, problems))
    return rows


def _decoded(file: str, data: bytes, problems: list[Problem]) -> str | None:
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(Where(file, line), "this is not UTF-8; save the file as UTF-8 and try again"))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(Where(file, line), "a zero byte; this is not a CSV file, or a damaged one"))
        return None
    return text


def _records(file: str, text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        problems.append(Problem(Where(file, number + 1), f"the CSV cannot be read here ({error})"))


def _places(file: str, header: list[str], columns: Columns, problems: list[Problem]) -> dict[str, int]:
    known = columns.known()
    named = [known.get(normalised(title)) for title in header]
    where = Where(file, 1)
    for name, times in Counter(named).items():
        if name is not None and times > 1:
            problems.append(Problem(where, "this column appears more than once", name))
    missing = [name for name in columns.required if name not in named]
    problems.extend(Problem(where, "this column is missing", name) for name in missing)
    return {name: at for at, name in enumerate(named) if name is not None}
