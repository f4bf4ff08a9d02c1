"""Published: delimited and fixed-width files for other systems, in a layout a district may change."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Final, Literal, TypeVar

from central.errors import CentralError
from central.exchange.spreadsheet import neutral
from station import settings
from station.errors import SettingsError

Separator = Literal["comma", "tab", "caret", "semicolon", "fixed"]
Clock = Literal["24h", "12h"]
Cells = Mapping[str, str]
"""What stands in one row, by the names of our fields."""
Template = TypeVar("Template")
_DELIMITERS: Final = {"comma": ",", "tab": "\t", "caret": "^", "semicolon": ";"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header there, and the field that stands in it, or the text that always does.

    `width` counts the characters of a column in a file of fixed width.
    """

    header: str
    field: str = ""
    text: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class LayoutChanges:
    """What a district has otherwise than the layout we would write; None and no columns change nothing."""

    columns: tuple[Column, ...] = ()
    separator: Separator | None = None
    has_header: bool | None = None
    date_format: str | None = None
    clock: Clock | None = None


AS_IT_IS: Final = LayoutChanges()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of one kind of file are written."""

    columns: tuple[Column, ...]
    separator: Separator = "comma"
    has_header: bool = True
    date_format: str = "%m/%d/%Y"
    clock: Clock = "24h"

    def changed(self, changes: LayoutChanges) -> "Layout":
        """Return the layout a district wants; raises CentralError for columns that cannot be written."""
        fields = {column.field for column in self.columns}
        given = {name: getattr(changes, name) for name in LayoutChanges.__slots__ if getattr(changes, name)}
        if changes.has_header is not None:
            given["has_header"] = changes.has_header
        wanted = replace(self, **given)
        wanted.require(fields)
        return wanted

    def require(self, fields: Collection[str]) -> None:
        """Raise CentralError for a field there is not, a header told twice, or a width that is missing."""
        unknown = sorted({column.field for column in self.columns} - {*fields, ""})
        headers = [column.header for column in self.columns]
        wrong = [f"no field is called {name!r}" for name in unknown]
        wrong += [f"two columns are headed {name!r}" for name in sorted(_twice(headers))]
        if self.separator == "fixed":
            bare = [column.header for column in self.columns if column.width < 1]
            wrong += [f"column {name!r} needs a width" for name in bare]
        if wrong:
            have = ", ".join(sorted(set(fields) - {""}))
            msg = f"the template cannot be used: {'; '.join(wrong)}. There are the fields {have}"
            raise CentralError(msg)

    def day(self, on: date) -> str:
        """Return a date as the other system writes it."""
        return on.strftime(self.date_format)

    def hour(self, at: time) -> str:
        """Return a time of day to the minute, in 24 or 12 hours."""
        return at.strftime("%H:%M" if self.clock == "24h" else "%I:%M %p")


def template(path: Path | None, cls: type[Template]) -> Template:
    """Read a district's template from TOML, or return the default; raises CentralError naming problems."""
    try:
        return settings.load(path, cls) if path else cls()
    except SettingsError as error:
        raise CentralError(str(error)) from error


def write(layout: Layout, rows: Iterable[Cells]) -> bytes:
    """Return the file: UTF-8 without a byte order mark, CR LF line ends.

    Text a spreadsheet would run stands behind an apostrophe, which `spreadsheet.plain` takes off
    again. Raises CentralError for a cell that is longer than its fixed width.
    """
    lines = ([neutral(_cell(column, cells)) for column in layout.columns] for cells in rows)
    head = [[column.header for column in layout.columns]] if layout.has_header else []
    if layout.separator == "fixed":
        return "".join(_fixed(layout, [*head, *lines])).encode("utf-8")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=_DELIMITERS[layout.separator], lineterminator="\r\n")
    writer.writerows(head)
    writer.writerows(lines)
    return out.getvalue().encode("utf-8")


def _fixed(layout: Layout, lines: Iterable[Sequence[str]]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        for column, cell in zip(layout.columns, line, strict=True):
            if len(cell) > column.width:
                msg = (
                    f"line {number}: {len(cell)} characters do not fit the {column.width} of column "
                    f"{column.header!r}; make it wider in the template"
                )
                raise CentralError(msg)
            yield cell.ljust(column.width)
        yield "\r\n"


def _cell(column: Column, cells: Cells) -> str:
    return cells[column.field] if column.field else column.text


def _twice(names: Sequence[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}
