"""Read the worksheets of XLSX, XLS and ODS files as text; the one importer of python-calamine."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

import python_calamine

from central.exchange.sheets.line import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_UNPACKED,
    Line,
    Table,
    UnreadableError,
    tidy,
)
from central.exchange.sheets.said import said

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK: Final = 1024 * 1024
_MOST_PARTS: Final = 2_000
_WHOLE: Final = 2.0**53
_Value: TypeAlias = str | float | bool | date | datetime | time | timedelta


def is_workbook(data: bytes) -> bool:
    """Tell whether the bytes begin as those of a workbook do."""
    return data.startswith((_ZIP, _OLE))


def worksheets(data: bytes) -> dict[str, Table]:
    """Return the visible worksheets with anything in them, by name; raises UnreadableError."""
    if data.startswith(_ZIP):
        _require_bounded(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [each.name for each in book.sheets_metadata if _is_visible(each)]
        found: dict[str, Table] = {}
        for name in visible:
            sheet = book.get_sheet_by_name(name)
            if _is_too_large(sheet.total_height, sheet.total_width):
                raise UnreadableError(said("a worksheet has too many cells; save its filled part alone"))
            table = Table(tuple(_lines(sheet)))
            if table.lines:
                found[name] = table
    except python_calamine.PasswordError as error:
        raise UnreadableError(said("the workbook has a password; save it without one")) from error
    except (python_calamine.CalamineError, ValueError, OSError, KeyError) as error:
        raise UnreadableError(said("the workbook is damaged; open it and save it again")) from error
    return found


def cells(data: bytes) -> dict[str, list[list[object]]]:
    """Return every cell of a workbook of our own as it stands there, by worksheet and row.

    However many there are: who hands one in holds it against what this program writes. Raises
    UnreadableError.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        return {
            name: [list(row) for row in sheet.to_python(skip_empty_area=False)]
            for name, sheet in sheets.items()
        }
    except (python_calamine.CalamineError, ValueError, OSError, KeyError) as error:
        raise UnreadableError(said("the workbook is damaged; open it and save it again")) from error


def _is_visible(each: python_calamine.SheetMetadata) -> bool:
    is_sheet = each.typ == python_calamine.SheetTypeEnum.WorkSheet
    return is_sheet and each.visible == python_calamine.SheetVisibleEnum.Visible


def _is_too_large(height: int, width: int) -> bool:
    return height > MOST_LINES or width > MOST_COLUMNS or height * width > MOST_CELLS


def _lines(sheet: python_calamine.CalamineSheet) -> Iterator[Line]:
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = tuple(map(_text, row))
        if any(cells):
            yield Line(number, cells)


def _text(value: _Value) -> str:
    match value:
        case str():
            return tidy(value)
        case bool():
            return "1" if value else "0"
        case float() | int():
            # A reader of spreadsheets returns every number as a float, student numbers too.
            is_whole = float(value).is_integer() and abs(value) < _WHOLE
            return str(int(value)) if is_whole else repr(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != time(0) else f"{value:%Y-%m-%d}"
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)


def _require_bounded(data: bytes) -> None:
    """Unpack by pieces and stop where it is too much: what a zip says of its own sizes may be a lie."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts: Sequence[zipfile.ZipInfo] = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise UnreadableError(said("the workbook has too many parts; save its tables alone"))
            for part in parts:
                with archive.open(part) as file:
                    while chunk := file.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise UnreadableError(
                                said("unpacked the workbook is too large; save one part of it")
                            )
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise UnreadableError(said("the workbook is damaged; open it and save it again")) from error
