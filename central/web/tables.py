"""Tables as pages show them, read from the CSV that is handed out of the same figures."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from central.reports.render_csv import neutral

_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+(/\d+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says, under which heading, and whether it is a number to align."""

    column: str
    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Some lines of a table; `left_out` is how many more its file has."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


def from_csv(text: str, most: int) -> Table:
    """Return the first lines of a CSV text; columns that are empty throughout are left out."""
    heading, *lines = csv.reader(io.StringIO(text, newline=""))
    used = [at for at in range(len(heading)) if any(line[at] for line in lines)]
    columns = tuple(_(heading[at].replace("_", " ")) for at in used)
    shown = [[_plain(line[at]) for at in used] for line in lines[:most]]
    return from_rows(columns, shown, len(lines) - len(shown))


def from_rows(columns: Sequence[str], lines: Sequence[Sequence[str]], left_out: int = 0) -> Table:
    """Return lines under their headings."""
    rows = tuple(
        tuple(
            Cell(column, text, _NUMBER.fullmatch(text) is not None)
            for column, text in zip(columns, line, strict=True)
        )
        for line in lines
    )
    return Table(tuple(columns), rows, left_out)


def _plain(text: str) -> str:
    """Take the apostrophe off again that keeps a spreadsheet from running a cell."""
    return text[1:] if text.startswith("'") and neutral(text[1:]) == text else text
