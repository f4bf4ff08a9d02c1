"""Published: a chart: its picture, and the table of what it shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from central.reports.render_csv import Cell, table

Say = Callable[[str], str]
"""Puts a text of the charts into the reader's language."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart; `svg` is markup, the table says the same in numbers."""

    title: str
    about: str
    svg: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def csv(self) -> str:
        """Return the table as CSV."""
        return table([self.columns, *self.rows])
