"""Published: tables as one XLSX file whose texts are texts, its numbers numbers and its dates dates."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from central.exchange.spreadsheet import neutral

if TYPE_CHECKING:
    import xlsxwriter

Cell: TypeAlias = str | int | Decimal | Fraction | date | None
"""What may stand in a cell; an instant has no place of its own there and is written as text."""
_MOST_IN_A_CELL: Final = 32_767
_WIDEST: Final = 60
_NARROWEST: Final = 8
_MOST_IN_A_NAME: Final = 31
_NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "mm/dd/yyyy",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file: what it is called, its headings, its rows; `about` stands above it."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    about: Sequence[str] = ()


def write(sheets: Iterable[Sheet]) -> bytes:
    """Return the tables as the bytes of an XLSX file, the same for the same tables.

    No text of it can run as a formula, become a link or lose a leading zero. A text that looks like a
    formula stands behind an apostrophe, as in our CSV (`exchange.spreadsheet.plain` takes it off).
    Raises ValueError for a row that is not as wide as its headings.
    """
    import xlsxwriter  # here, because few of those who bring sheets together write them

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    # Otherwise the file says when it was made, and equal tables are unequal files.
    book.set_properties({"created": datetime(1980, 1, 1)})  # noqa: DTZ001  the format has no zones
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "day": book.add_format({"num_format": "mm/dd/yyyy", "valign": "top", "align": "left"}),
        "about": book.add_format({"bold": True}),
    }
    names: set[str] = set()
    for sheet in sheets:
        _fill(book.add_worksheet(_name(sheet.name, names)), sheet, styles)
    book.close()
    return out.getvalue()


def _fill(page: "xlsxwriter.worksheet.Worksheet", sheet: Sheet, styles: dict[str, object]) -> None:
    _require_width(sheet)
    for at, line in enumerate(sheet.about):
        page.write_string(at, 0, _text(line), styles["about"])
    top = len(sheet.about) + (1 if sheet.about else 0)
    for column, heading in enumerate(sheet.columns):
        page.write_string(top, column, _text(heading), styles["head"])
        page.set_column(column, column, _width(heading, [row[column] for row in sheet.rows]))
    for number, row in enumerate(sheet.rows, start=top + 1):
        for column, cell in enumerate(row):
            _put(page, (number, column), cell, styles)
    page.freeze_panes(top + 1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _require_width(sheet: Sheet) -> None:
    wide = next((len(row) for row in sheet.rows if len(row) != len(sheet.columns)), None)
    if wide is not None:
        msg = f"a row of {wide} cells stands under {len(sheet.columns)} headings of {sheet.name}"
        raise ValueError(msg)


def _put(
    page: "xlsxwriter.worksheet.Worksheet", at: tuple[int, int], cell: Cell, styles: dict[str, object]
) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        page.write_string(*at, cell.isoformat(), styles["text"])
    elif isinstance(cell, date):
        page.write_datetime(*at, datetime(cell.year, cell.month, cell.day), styles["day"])  # noqa: DTZ001  as above
    elif isinstance(cell, str):
        page.write_string(*at, _text(cell), styles["text"])
    elif isinstance(cell, Fraction) and cell.denominator != 1:
        # A spreadsheet knows no thirds: what is not a whole number is told exactly, as text.
        page.write_string(*at, str(cell), styles["text"])
    else:
        page.write_number(*at, cell if isinstance(cell, int | Decimal) else cell.numerator)


def _text(text: str) -> str:
    """Return text as a cell holds it: neutral, and without what no XLSX file may contain."""
    return neutral(_CONTROL.sub("\ufffd", text))[:_MOST_IN_A_CELL]


def _name(wanted: str, names: set[str]) -> str:
    """Return what a sheet is called: without the letters a sheet may not have, and unlike the others."""
    name = _NOT_IN_A_NAME.sub(" ", wanted).strip("' ")[:_MOST_IN_A_NAME] or "Sheet"
    number = 1
    while name.casefold() in names:
        number += 1
        name = f"{name[: _MOST_IN_A_NAME - 4]} {number}"
    names.add(name.casefold())
    return name


def _width(heading: str, cells: Iterable[Cell]) -> int:
    longest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, len(heading) // 2) + 2))
