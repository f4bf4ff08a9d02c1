"""Tables as pages show them, read from the CSV that is handed out of the same figures."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from central.reports.board_papers import Printed, shown
from central.reports.render_csv import neutral

# A number with leading zeros is a student's.
_NUMBER = re.compile(r"[-+]?(0|[1-9][\d,]*)(\.\d+)?(/\d+)?")
_SAID_ABOVE = {"report", "school_year", "as_of"}
# Before the names of columns among the texts, where "by" or "at" alone would say too little.
_COLUMN = "column: "
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Column:
    """One heading, and whether what stands below it are numbers to align."""

    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Some lines of a table, each cell with its column; `left_out` is how many more its file has."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[Column, str], ...], ...]
    left_out: int = 0


def from_csv(text: str, most: int) -> Table:
    """Return the first lines of a CSV text; what its page says at its head and empty columns are left out."""
    heading, *lines = csv.reader(io.StringIO(text, newline=""))
    used = [
        at for at, name in enumerate(heading) if name not in _SAID_ABOVE and any(line[at] for line in lines)
    ]
    shown = [[_plain(line[at]) for at in used] for line in lines[:most]]
    return from_rows([_heading(heading[at]) for at in used], shown, len(lines) - len(shown))


def from_papers(printed: Printed, most: int) -> Table:
    """Return the first lines of a table of papers, each cell as paper says it."""
    lines = [[shown(cell) for cell in row] for row in printed.rows[:most]]
    return from_rows([_heading(name) for name in printed.columns], lines, len(printed.rows) - len(lines))


def from_rows(columns: Sequence[str], lines: Sequence[Sequence[str]], left_out: int = 0) -> Table:
    """Return lines under their headings; a date is shown as the school writes it."""
    headings = tuple(
        Column(text, _is_number([line[at] for line in lines if line[at]])) for at, text in enumerate(columns)
    )
    rows = tuple(
        tuple((heading, _shown(text)) for heading, text in zip(headings, line, strict=True)) for line in lines
    )
    return Table(headings, rows, left_out)


def _is_number(cells: Sequence[str]) -> bool:
    """Tell whether a column holds nothing but numbers, and at least one."""
    return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def _heading(name: str) -> str:
    """Return the name of a file's column in the reader's language; English has it as the file does."""
    named = _COLUMN + name.replace("_", " ")
    return _(named).removeprefix(_COLUMN)


def _plain(text: str) -> str:
    """Take the apostrophe off again that keeps a spreadsheet from running a cell."""
    return text[1:] if text.startswith("'") and neutral(text[1:]) == text else text


def _shown(text: str) -> str:
    return date_format(date.fromisoformat(text), "m/d/Y") if _DATE.fullmatch(text) else text
