"""The roll of a day: a line a student to mark, to write times and to sign, and lines for added names."""

from typing import Final

from central.domain.class_sheet import ClassSheet
from central.reports.class_sheets.pages import Share
from central.reports.class_sheets.pen import Box, Pen

MOST: Final = 40
"""Students on a page; with the lines for added names below them a hand still has room."""
_COLUMNS: Final[tuple[tuple[tuple[str, ...], float], ...]] = (
    (("",), 18),
    (("Last, First", "Apellido, nombre"), 146),
    (("Student", "number"), 60),
    (("P A T",), 30),
    (("Time in", "Entrada"), 52),
    (("Signature", "Firma"), 100),
    (("Time out", "Salida"), 52),
    (("Signature", "Firma"), 90),
)
_HEADING: Final = 20.0
_TALLEST: Final = 21.0
_LEAST_ADDED: Final = 3


def draw(pen: Pen, sheet: ClassSheet, share: Share, room: Box) -> None:
    """Draw the share of the students that stands on this page."""
    del sheet
    widths = [width * room.width / sum(each for _, each in _COLUMNS) for _, width in _COLUMNS]
    _heading(pen, room, widths)
    left, high = room.height - _HEADING, len(share.students)
    height = min(_TALLEST, left / (high + (_LEAST_ADDED if share.is_last else 0)))
    # What room is left on the last page is for added names: there is never too much of it.
    rows = int(left / height + 1e-6) if share.is_last else high
    body = Box(room.left, room.top + _HEADING, room.width, rows * height)
    for place, student in enumerate(share.students):
        top = body.top + place * height
        pen.centred(Box(room.left, top, widths[0], height), str(share.first + place), 7)
        pen.fitted(Box(room.left + widths[0], top, widths[1], height), student.name, 9.5)
        pen.fitted(Box(room.left + widths[0] + widths[1], top, widths[2], height), student.number, 9)
    for place in range(high, rows):
        pen.centred(Box(room.left, body.top + place * height, widths[0], height), "+", 9)
    pen.grid(body, widths, rows)


def _heading(pen: Pen, room: Box, widths: list[float]) -> None:
    box = Box(room.left, room.top, room.width, _HEADING)
    pen.shade(box)
    left = room.left
    for width, (lines, _) in zip(widths, _COLUMNS, strict=True):
        pen.stacked(Box(left, room.top, width, _HEADING), lines, 7.4)
        left += width
    pen.grid(box, widths, 1)
