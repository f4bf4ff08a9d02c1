"""Split a text into rows by its delimiter; the one importer of clevercsv."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from central.exchange.sheets.line import (
    MOST_COLUMNS,
    MOST_IN_A_CELL,
    MOST_LINES,
    Line,
    Table,
    UnreadableError,
    tidy,
)
from central.exchange.sheets.said import Said, said

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
NAMED: Final = {name: delimiter for delimiter, name in DELIMITERS.items()}
_SAMPLE_LINES: Final = 30
_SAMPLE_BYTES: Final = 8_000


def likely(text: str) -> list[str]:
    """Return the delimiters a text may have, the likeliest first."""
    # Its tables take a third of a second to load, which no other page or command shall wait for.
    import clevercsv.detect

    sample = "".join(text[:_SAMPLE_BYTES].splitlines(keepends=True)[:_SAMPLE_LINES])
    found = clevercsv.detect.Detector().detect(sample, delimiters=list(DELIMITERS))
    first = found.delimiter if found is not None and found.delimiter in DELIMITERS else ","
    return [first, *(other for other in DELIMITERS if other != first and other in sample)]


def rows(text: str, delimiter: str) -> Table:
    """Return the rows of a text; cells with line breaks keep one, which no honest cell has.

    Raises UnreadableError for more lines than anybody keys in at once.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = []
    for number, cells in enumerate(reader, start=1):
        if number > MOST_LINES:
            raise UnreadableError(said("the file has more than {} lines; split it", MOST_LINES))
        if any(cells):
            line = Line(number, tuple(map(_tidy, cells)))
            if any(line.cells):
                found.append(line)
    return Table(tuple(found))


def faults(table: Table) -> Sequence[tuple[int, Said]]:
    """Return what makes single lines unreadable: too many columns, or a quote that was never closed."""
    found = []
    for line in table.lines:
        if len(line.cells) > MOST_COLUMNS:
            found.append((line.number, said("more than {} columns; split the file", MOST_COLUMNS)))
        elif any(len(cell) > MOST_IN_A_CELL or "\n" in cell for cell in line.cells):
            found.append(
                (line.number, said("a cell runs over several lines; look for a quote left open here"))
            )
    return found


def _tidy(cell: str) -> str:
    inner = cell.strip()
    if "\n" in inner or "\r" in inner:
        return inner.replace("\r\n", "\n").replace("\r", "\n")
    return tidy(inner)
