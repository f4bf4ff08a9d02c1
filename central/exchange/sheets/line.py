"""Published: a table as rows of text under the numbers a spreadsheet shows, and how large it may be."""

from dataclasses import dataclass
from typing import Final

from central.exchange.sheets.said import Said

MOST_BYTES: Final = 32 * 1024 * 1024
"""Fifty thousand lines are about 4 MiB as CSV."""
MOST_UNPACKED: Final = 96 * 1024 * 1024
MOST_LINES: Final = 200_000
MOST_COLUMNS: Final = 400
MOST_CELLS: Final = 4_000_000
MOST_IN_A_CELL: Final = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number, counted from 1 as spreadsheets do, and its cells without the space around them."""

    number: int
    cells: tuple[str, ...]

    def cell(self, at: int | None) -> str:
        """Return a cell's text; one that is not there is empty."""
        return self.cells[at] if at is not None and at < len(self.cells) else ""

    @property
    def filled(self) -> list[str]:
        """The cells something stands in."""
        return [cell for cell in self.cells if cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one worksheet or text file; blank ones are left out."""

    lines: tuple[Line, ...]


class UnreadableError(Exception):
    """A file that cannot be read; `said` says why and what to do."""

    def __init__(self, why: Said) -> None:
        """Keep the sentence."""
        self.said = why
        super().__init__(str(why))


def tidy(cell: str) -> str:
    """Return a cell with plain spaces, and none around it."""
    return " ".join(cell.replace("\u200b", "").replace("\ufeff", "").split())
