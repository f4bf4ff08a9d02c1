"""Published: tables that are printed, opened in a spreadsheet and read by a program, all from one source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from central.exchange import workbook
from central.exchange.workbook import Cell, Sheet
from central.reports import document, render_csv
from central.reports.document import Heading, Part, Signatures, Text

FORMS: Final = ("pdf", "xlsx", "csv")


@dataclass(frozen=True, slots=True)
class Printed:
    """One table with what is said above it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    says: Sequence[str] = ()
    short: str = ""
    """What its sheet of a workbook is called, where that is not its title."""


@dataclass(frozen=True, slots=True)
class Papers:
    """A document of tables: its title, what stands under it, its tables, who signs, the line at the foot."""

    title: str
    lines: Sequence[str]
    tables: Sequence[Printed]
    signers: Sequence[str] = ()
    footer: str = ""
    says_at_end: Sequence[str] = field(default=())

    def written(self, form: str) -> bytes:
        """Return the papers as the bytes of a PDF, an XLSX or a CSV file; ValueError for another form."""
        if form == "pdf":
            return document.write(self._parts(), footer=self.footer)
        if form == "xlsx":
            return workbook.write(self._sheets())
        if form == "csv":
            return self._csv().encode()
        msg = f"{form!r} is no form of papers; take one of {', '.join(FORMS)}"
        raise ValueError(msg)

    def _parts(self) -> list[Part]:
        parts: list[Part] = [Heading(self.title, 1), *(Text(line) for line in self.lines)]
        for table in self.tables:
            parts += [Heading(table.title), *(Text(line) for line in table.says)]
            rows = [[_shown(cell) for cell in row] for row in table.rows]
            parts.append(document.Table(table.columns, rows, _numbers(table)))
        parts += [Text(line) for line in self.says_at_end]
        return [*parts, Signatures(self.signers)] if self.signers else parts

    def _sheets(self) -> list[Sheet]:
        first = Sheet("About", ["about"], [[line] for line in self.lines], about=[self.title])
        return [
            first,
            *(
                Sheet(table.short or table.title, table.columns, table.rows, about=[table.title, *table.says])
                for table in self.tables
            ),
        ]

    def _csv(self) -> str:
        """Return every table below the other, each line beginning with the name of its table."""
        lines: list[Sequence[str | int]] = []
        for table in self.tables:
            name = table.short or table.title
            lines.append(("table", *table.columns))
            lines += [(name, *(_plain(cell) for cell in row)) for row in table.rows]
        return render_csv.table(lines)


def _numbers(table: Printed) -> frozenset[int]:
    """Return the columns that hold nothing but numbers, at least one of them."""
    found = set()
    for at in range(len(table.columns)):
        cells = [row[at] for row in table.rows if row[at] not in {None, ""}]
        if cells and all(isinstance(cell, int | Decimal | Fraction) for cell in cells):
            found.add(at)
    return frozenset(found)


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%m/%d/%Y}"
    return str(cell)


def _plain(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int) else str(cell)
