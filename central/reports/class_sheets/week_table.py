"""The grid of a week: a line a student, and for each day held a mark, two times and initials."""

from typing import Final

from central.domain.class_sheet import ClassSheet
from central.reports.class_sheets.frame import meeting
from central.reports.class_sheets.pages import Share
from central.reports.class_sheets.pen import Box, Pen

MOST: Final = 24
"""Students on a page; the paper lies on its side."""
_PLACE, _NAME, _NUMBER = 16.0, 132.0, 56.0
_PARTS: Final = (("PAT", 0.19), ("In", 0.27), ("Out", 0.27), ("Init.", 0.27))
_HEADING: Final = 24.0
_TALLEST: Final = 20.0
_LEAST_ADDED: Final = 2
_STAFF: Final = 1


def draw(pen: Pen, sheet: ClassSheet, share: Share, room: Box) -> None:
    """Draw the share of the students that stands on this page; staff initial each day in the last line."""
    day = (room.width - _PLACE - _NAME - _NUMBER) / len(sheet.days)
    _heading(pen, sheet, room, day)
    left, high = room.height - _HEADING, len(share.students)
    height = min(_TALLEST, left / (high + _STAFF + (_LEAST_ADDED if share.is_last else 0)))
    rows = int(left / height + 1e-6) if share.is_last else high + _STAFF
    body = Box(room.left, room.top + _HEADING, room.width, rows * height)
    for place, student in enumerate(share.students):
        top = body.top + place * height
        pen.centred(Box(room.left, top, _PLACE, height), str(share.first + place), 7)
        pen.fitted(Box(room.left + _PLACE, top, _NAME, height), student.name, 9)
        pen.fitted(Box(room.left + _PLACE + _NAME, top, _NUMBER, height), student.number, 8)
    for place in range(high, rows - _STAFF):
        pen.centred(Box(room.left, body.top + place * height, _PLACE, height), "+", 9)
    last = Box(room.left + _PLACE, body.top + (rows - _STAFF) * height, _NAME + _NUMBER, height)
    pen.fitted(last, "Staff initials of each day", 8, is_bold=True)
    pen.grid(body, [_PLACE, _NAME, _NUMBER, *(part * day for _ in sheet.days for _, part in _PARTS)], rows)
    for place in range(len(sheet.days) + 1):
        at = room.left + _PLACE + _NAME + _NUMBER + place * day
        pen.line((at, room.top), (at, body.top + body.height), 1.4)


def _heading(pen: Pen, sheet: ClassSheet, room: Box, day: float) -> None:
    half = _HEADING / 2
    box = Box(room.left, room.top, room.width, _HEADING)
    pen.shade(box)
    left = room.left + _PLACE
    pen.stacked(Box(left, room.top, _NAME, _HEADING), ("Last, First", "Apellido, nombre"), 7.4)
    pen.stacked(Box(left + _NAME, room.top, _NUMBER, _HEADING), ("Student", "number"), 7.4)
    for place, held in enumerate(sheet.days):
        at = left + _NAME + _NUMBER + place * day
        told = f"{held.on:%a %m/%d}  {meeting(held).replace(' AM to', ' to', 1)}"
        pen.centred(Box(at, room.top, day, half), told, 7.4, is_bold=True)
        for label, part in _PARTS:
            pen.centred(Box(at, room.top + half, part * day, half), label, 6.6, is_bold=True)
            at += part * day
    pen.grid(box, [_PLACE, _NAME, _NUMBER, *(day for _ in sheet.days)], 1)
