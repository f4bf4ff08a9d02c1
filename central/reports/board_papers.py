"""Published: tables that are printed, opened in a spreadsheet and read by a program, all from one source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from central.exchange import workbook
from central.exchange.workbook import Cell, Sheet
from central.reports import document_parts, paper_text, render_csv
from central.reports.canonical import as_json
from central.reports.document_parts import Cover, Heading, PageBreak, Part, Signatures, Text
from central.reports.stamp import Stamp

FORMS: Final = ("pdf", "xlsx", "csv")


@dataclass(frozen=True, slots=True)
class Printed:
    """One table with what is said above it.

    One that is not `in_print` is too long for paper: a PDF and a text say how many lines it has and that
    they stand in the workbook.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    says: Sequence[str] = ()
    short: str = ""
    """What its sheet of a workbook is called, where that is not its title."""
    in_print: bool = True
    is_own_page: bool = False
    """Whether it begins on a page of its own, as what somebody signs and keeps apart does."""

    @property
    def name(self) -> str:
        """What it is called where there is little room."""
        return self.short or self.title

    @property
    def elsewhere(self) -> str:
        """Say where the lines are that are not printed."""
        return f"{len(self.rows):,} lines, in the sheet {self.name} of the workbook (XLSX) of this report."


@dataclass(frozen=True, slots=True)
class Papers:
    """A document of tables: its title, what stands under it, its tables, who signs, the line at the foot."""

    title: str
    lines: Sequence[str]
    tables: Sequence[Printed]
    signers: Sequence[str] = ()
    footer: str = ""
    says_at_end: Sequence[str] = field(default=())
    stamp: Stamp | None = None
    """Its own, where the papers are no kind of report (`reports.own_stamp`)."""

    def written(self, form: str, stamp: Stamp | None = None) -> bytes:
        """Return the papers as the bytes of a file of one of FORMS, or of "text".

        With a stamp each form says what a paper must bear. Raises ValueError for another form.
        """
        made: dict[str, Callable[[Stamp | None], bytes]] = {
            "pdf": self._pdf,
            "xlsx": lambda stamp: workbook.write(self._sheets(stamp)),
            "csv": lambda stamp: self._csv(stamp).encode(),
            "text": lambda _stamp: self.text().encode(),
        }
        if form not in made:
            msg = f"{form!r} is no form of papers; take one of {', '.join(FORMS)}"
            raise ValueError(msg)
        return made[form](stamp or self.stamp)

    def members(self) -> dict[str, Any]:  # Any: JSON of mixed shapes
        """Return the papers as a JSON object, every cell exactly as it is."""
        return {
            "title": self.title,
            "lines": list(self.lines),
            "tables": [
                {
                    "name": table.name,
                    "title": table.title,
                    "says": list(table.says),
                    "columns": list(table.columns),
                    "rows": [[as_json(cell) for cell in row] for row in table.rows],
                }
                for table in self.tables
            ],
            "says_at_end": list(self.says_at_end),
            "signers": list(self.signers),
        }

    def text(self) -> str:
        """Return the papers as plain text."""
        lines = list(paper_text.heading(self.title, self.lines))
        for table in self.tables:
            lines += ["", table.title.upper(), *(f"  {said}" for said in table.says)]
            rows = [[shown(cell) for cell in row] for row in table.rows]
            if not table.in_print:
                lines.append(f"  {table.elsewhere}")
            elif rows:
                lines += paper_text.table(table.columns, rows, _numbers(table))
            else:
                lines.append("  None.")
        lines += ["", *self.says_at_end] if self.says_at_end else []
        for who in self.signers:
            lines += ["", f"{who}   ______________________________   Date ______________"]
        return "\n".join(lines) + "\n"

    def _pdf(self, stamp: Stamp | None) -> bytes:
        # Whoever asks for text alone does not wait for what draws paper.
        from central.reports import document

        if stamp is None:
            return document.write(self._parts(), footer=self.footer)
        facts: list[tuple[str, str]] = [
            (stamp.code_name, stamp.code),
            ("School year", stamp.year),
            ("As of the end of", f"{stamp.as_of:%m/%d/%Y}"),
            ("Made", stamp.made),
        ]
        parts = self._parts()
        parts[0] = Cover(self.title, stamp.school, facts)
        verify = Text(stamp.how_to_verify, is_small=True)
        place = -1 if self.signers else len(parts)
        # What proves the paper stands with the signatures, so that who signs has read it.
        parts[place:place] = [Heading("Verification", 3), verify]
        frame = document_parts.Frame(
            lines=(stamp.line, stamp.data_line),
            keywords=stamp.keywords,
            watermark="PRACTICE" if stamp.is_practice else "",
        )
        return document.write(parts, frame=frame)

    def _parts(self) -> list[Part]:
        parts: list[Part] = [Heading(self.title, 1), *(Text(line) for line in self.lines)]
        for table in self.tables:
            parts += [PageBreak()] if table.is_own_page else []
            parts += [Heading(table.title), *(Text(line) for line in table.says)]
            if not table.in_print:
                parts.append(Text(table.elsewhere))
                continue
            rows = [[shown(cell) for cell in row] for row in table.rows]
            parts.append(document_parts.Table(table.columns, rows, _numbers(table)))
        parts += [Text(line) for line in self.says_at_end]
        return [*parts, Signatures(self.signers)] if self.signers else parts

    def _sheets(self, stamp: Stamp | None) -> list[Sheet]:
        about: list[tuple[Cell, ...]] = [(line, "") for line in self.lines]
        about += [(line, "") for line in self.says_at_end]
        about += stamp.rows if stamp else []
        about += [(who, "signature, name in print, title, date: ______________") for who in self.signers]
        first = Sheet("About", ("About", ""), about, about=[self.title])
        return [
            first,
            *(
                Sheet(table.name, table.columns, table.rows, about=[table.title, *table.says])
                for table in self.tables
            ),
        ]

    def _csv(self, stamp: Stamp | None) -> str:
        """Return every table below the other, each line beginning with the name of its table."""
        lines: list[Sequence[str | int]] = []
        for table in self.tables:
            lines.append(("table", *table.columns))
            lines += [(table.name, *(_plain(cell) for cell in row)) for row in table.rows]
        if stamp:
            lines.append(("table", "what", "says"))
            lines += [("Stamp", *row) for row in stamp.rows]
        return render_csv.table(lines)


def shown(cell: Cell) -> str:
    """Return a cell as a person reads it: days as month/day/year, thousands told apart."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%m/%d/%Y %I:%M %p}"
    if isinstance(cell, date):
        return f"{cell:%m/%d/%Y}"
    return f"{cell:,}" if isinstance(cell, int | Decimal) else str(cell)


def _numbers(table: Printed) -> frozenset[int]:
    """Return the columns that hold nothing but numbers, at least one of them."""
    found = set()
    for at in range(len(table.columns)):
        cells = [row[at] for row in table.rows if row[at] not in {None, ""}]
        if cells and all(isinstance(cell, int | Decimal | Fraction) for cell in cells):
            found.add(at)
    return frozenset(found)


def _plain(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int) else str(cell)
