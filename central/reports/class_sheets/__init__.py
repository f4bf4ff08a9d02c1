"""Class sheets as a PDF on letter paper: a day's roll to sign, or a week's grid."""

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen.canvas import Canvas

from central.domain.class_sheet import ClassSheet
from central.reports.class_sheets import day_table, frame, week_table
from central.reports.class_sheets.pages import shares
from central.reports.class_sheets.pen import Pen
from central.reports.lettering import Lettering

__all__ = ["draw"]


def draw(sheets: Sequence[ClassSheet], letters: Lettering) -> bytes:
    """Return one PDF of all sheets, each on pages of its own, readable without colour.

    Up to 40 students of a day, or 24 of a week, stand on one page; more are spread evenly. The same
    sheets give the same bytes.
    """
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=letter, invariant=True, pageCompression=1)
    canvas.setTitle("Class sheets")
    canvas.setCreator("Rollbook")
    for sheet in sheets:
        size = landscape(letter) if sheet.is_week else letter
        table = week_table if sheet.is_week else day_table
        pages = shares(sheet.students, table.MOST)
        for place, share in enumerate(pages):
            canvas.setPageSize(size)
            pen = Pen(canvas, letters, size)
            room = frame.draw(pen, sheet, (place + 1, len(pages)))
            table.draw(pen, sheet, share, room)
            canvas.showPage()
    canvas.save()
    return made.getvalue()
