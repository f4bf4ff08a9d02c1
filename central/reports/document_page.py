"""The frame of every page of a printed document: whose it is, its number of how many, its data, its mark."""

from typing import Final

from reportlab.lib import colors
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from central.reports.document_parts import Frame
from central.reports.document_table import Ruled, wrap
from central.reports.lettering import Lettering

MARGIN: Final = 0.7 * inch
INSET: Final = 6.0
"""What reportlab keeps free within the margins of a page."""
_LEFT: Final = MARGIN + INSET
_SIZE: Final = 7.0
_LEADING: Final = 8.8
_GREY: Final = colors.HexColor("#5a6470")
_RULE: Final = colors.HexColor("#c4cbd3")
_PALE: Final = colors.HexColor("#f3eaea")
_NUMBER_ROOM: Final = 66.0
_PAGES: Final = "rollbook-pages"
_MARK_SIZE: Final = 92.0


class Foot:
    """Draws a frame on each page; a long name takes as many lines as it needs."""

    def __init__(self, frame: Frame, fonts: Lettering, width: float) -> None:
        self._frame, self._fonts = frame, fonts
        letters = Ruled((), (), frozenset(), fonts).regular
        room = (width - 2 * _LEFT - _NUMBER_ROOM) / _SIZE
        self._lines = [each for line in frame.lines for each in wrap(fonts.drawn(line), room, letters)]

    @property
    def height(self) -> float:
        """How much of a page it takes, from its lower edge."""
        taken: float = MARGIN * 0.75 + _LEADING * max(len(self._lines), 1)
        return taken

    def draw(self, canvas: Canvas, page: SimpleDocTemplate) -> None:
        """Draw the mark, the lines and the page's number, before what the page says."""
        width, height = page.pagesize
        canvas.saveState()
        if self._frame.watermark:
            self._mark(canvas, width, height)
        top = self.height - _LEADING * 0.4
        canvas.setStrokeColor(_RULE)
        canvas.setLineWidth(0.5)
        canvas.line(_LEFT, top, width - _LEFT, top)
        canvas.setFont(self._fonts.regular, _SIZE)
        canvas.setFillColor(_GREY)
        down = top - _LEADING
        for line in self._lines:
            canvas.drawString(_LEFT, down, line)
            down -= _LEADING
        said = f"Page {canvas.getPageNumber()} of "
        left = width - _LEFT - _NUMBER_ROOM + 8
        canvas.drawString(left, top - _LEADING, said)
        # How many there are is known only at the end; until then every page leaves the place to one form.
        canvas.translate(left + canvas.stringWidth(said, self._fonts.regular, _SIZE), top - _LEADING)
        canvas.doForm(_PAGES)
        canvas.restoreState()

    def finish(self, canvas: Canvas, pages: int) -> None:
        """Say how many pages there are."""
        canvas.beginForm(_PAGES, 0, -3, _NUMBER_ROOM, _SIZE + 2)
        canvas.setFont(self._fonts.regular, _SIZE)
        canvas.setFillColor(_GREY)
        canvas.drawString(0, 0, f"{pages}")
        canvas.endForm()

    def _mark(self, canvas: Canvas, width: float, height: float) -> None:
        canvas.saveState()
        canvas.setFillColor(_PALE)
        canvas.setFont(self._fonts.bold, _MARK_SIZE)
        canvas.translate(width / 2, height / 2)
        canvas.rotate(38)
        canvas.drawCentredString(0, -_MARK_SIZE / 3, self._fonts.drawn(self._frame.watermark))
        canvas.restoreState()
