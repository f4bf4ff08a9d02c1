"""What stands on every page of a class sheet around its table: heading, code, key, rules and signatures."""

from datetime import date, time
from typing import Final

from central.domain.class_sheet import ClassSheet, Held
from central.reports.class_sheets.pen import Box, Pen

MARGIN: Final = 32.0
_CODE: Final = 82.0
_HEAD: Final = 96.0
_FOOT: Final = 84.0
_KEY: Final = "P present / presente     A absent / ausente     T tardy / tarde: write the time in"
_RULES: Final = (
    "Ink only, no white-out: strike a mistake through once, write beside it, initial. Keep names readable.",
    "Time in is when the student came, time out a minute later at least. Sign for yourself and nobody else.",
    "Add names at the end of the last page. A substitute signs and dates. The office keys and files it.",
)


def draw(pen: Pen, sheet: ClassSheet, page: tuple[int, int]) -> Box:
    """Draw everything but the table and return the room that is left for it."""
    _head(pen, sheet)
    _foot(pen, sheet, page)
    return Box(MARGIN, MARGIN + _HEAD, pen.width - 2 * MARGIN, pen.height - 2 * MARGIN - _HEAD - _FOOT)


def _head(pen: Pen, sheet: ClassSheet) -> None:
    of = sheet.of
    wide = pen.width - 2 * MARGIN - _CODE - 96
    title = "Class sheet of a week" if sheet.is_week else "Class sheet of a day"
    pen.fitted(Box(MARGIN - 2, MARGIN, wide, 14), of.school_name, 10)
    pen.fitted(Box(MARGIN - 2, MARGIN + 15, wide, 20), f"{of.title} ({of.code})", 15, is_bold=True)
    pen.fitted(Box(MARGIN - 2, MARGIN + 36, wide, 18), _days(sheet), 13, is_bold=True)
    where = [f"Room {of.room}"] if of.room else []
    told = "     ".join((*where, f"Staff: {'; '.join(of.teachers) or '(write below)'}"))
    pen.fitted(Box(MARGIN - 2, MARGIN + 55, wide, 14), told, 10)
    pen.fitted(Box(MARGIN - 2, MARGIN + 70, wide, 14), f"{title}     {len(sheet.students)} students", 9)
    left = pen.width - MARGIN - _CODE
    pen.code(Box(left, MARGIN - 4, _CODE, _CODE), sheet.code.text)
    beside = Box(left - 96, MARGIN + 14, 92, 12)
    pen.centred(beside, "Sheet number", 8)
    pen.centred(Box(beside.left, beside.top + 14, 92, 20), sheet.code.number, 16, is_bold=True)


def _foot(pen: Pen, sheet: ClassSheet, page: tuple[int, int]) -> None:
    top = pen.height - MARGIN - _FOOT + 10
    pen.text(MARGIN, top, _KEY, 8, is_bold=True)
    for place, line in enumerate(_RULES):
        pen.text(MARGIN, top + 10 + 8 * place, line, 6.6)
    base = top + 52
    left, wide = MARGIN, pen.width - 2 * MARGIN
    for share, label in ((0.36, "Staff name, printed"), (0.40, "Staff signature"), (0.24, "Date")):
        pen.line((left, base), (left + wide * share - 8, base), 0.8)
        pen.text(left, base + 8, label, 6.6)
        left += wide * share
    last = base + 20
    printed = sheet.printed_at
    told = f"Printed {_date(printed.date())} {_clock(printed.time())} from {sheet.origin}"
    if advice := pen.advice(sheet.texts()):
        told = f"{told}. {advice}"
    of_pages = f"{sheet.code.number}     page {page[0]} of {page[1]}"
    pen.fitted(Box(MARGIN - 2, last - 8, wide - 130, 10), told, 7)
    pen.centred(Box(pen.width - MARGIN - 130, last - 8, 130, 10), of_pages, 8, is_bold=True)


def _days(sheet: ClassSheet) -> str:
    if sheet.is_week:
        return f"{_date(sheet.days[0].on)} to {_date(sheet.days[-1].on)}"
    held = sheet.days[0]
    return f"{held.on:%A}, {_date(held.on)}     {meeting(held)}"


def meeting(held: Held) -> str:
    """Return the time of a day's meeting, or nothing."""
    if held.starts is None or held.ends is None:
        return ""
    return f"{_clock(held.starts)} to {_clock(held.ends)}"


def _date(on: date) -> str:
    return f"{on:%m/%d/%Y}"


def _clock(at: time) -> str:
    return f"{at:%I:%M %p}".lstrip("0")
