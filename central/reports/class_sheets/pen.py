"""Draws texts, lines and codes on one page in points, from the top down."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRAlphaNum, QRCode, QRErrorCorrectLevel
from reportlab.pdfgen.canvas import Canvas

from central.reports.lettering import Lettering

SMALLEST: Final = 5.6
"""The smallest letters a long name is set in before it takes a second line."""
_STEP: Final = 0.4
_GREY: Final = 0.86
_QUIET: Final = 4
"""Empty squares around a code, as its standard asks."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page; `top` is measured downwards from the page's upper edge."""

    left: float
    top: float
    width: float
    height: float


class Pen:
    """Writes on one page of a document."""

    def __init__(self, canvas: Canvas, letters: Lettering, size: tuple[float, float]) -> None:
        """Begin a page of a size in points."""
        self._canvas = canvas
        self._letters = letters
        self.width, self.height = size

    def advice(self, texts: Sequence[str]) -> str:
        """Say what to do where a letter of these cannot be drawn as it is written; else nothing."""
        return self._letters.advice if self._letters.lacks(texts) else ""

    def text(self, left: float, top: float, text: str, size: float, *, is_bold: bool = False) -> None:
        """Write one line whose letters stand on `top`."""
        self._canvas.setFont(self._letters.bold if is_bold else self._letters.regular, size)
        self._canvas.drawString(left, self.height - top, self._letters.drawn(text))

    def centred(self, box: Box, text: str, size: float, *, is_bold: bool = False) -> None:
        """Write one line in the middle of a box, smaller where it is too wide."""
        size, kept = self._fitted(text, size, box.width - 2, is_bold=is_bold)
        width = self._letters.width(kept, size, is_bold=is_bold)
        top = box.top + box.height / 2 + size * 0.36
        self.text(box.left + (box.width - width) / 2, top, kept, size, is_bold=is_bold)

    def stacked(self, box: Box, lines: Sequence[str], size: float) -> None:
        """Write bold lines under each other in the middle of a box."""
        each = box.height / len(lines)
        for place, line in enumerate(lines):
            self.centred(Box(box.left, box.top + place * each, box.width, each), line, size, is_bold=True)

    def fitted(self, box: Box, text: str, size: float, *, is_bold: bool = False) -> None:
        """Write a text at the left of a box: smaller, then on two lines, only then with an ellipsis."""
        wide = box.width - 4
        if self._width(text, SMALLEST, is_bold=is_bold) <= wide or " " not in text.strip():
            size, kept = self._fitted(text, size, wide, is_bold=is_bold)
            self.text(box.left + 2, box.top + box.height / 2 + size * 0.36, kept, size, is_bold=is_bold)
            return
        first, second = self._halves(text, wide, is_bold=is_bold)
        middle = box.top + box.height / 2
        for place, line in enumerate((first, second)):
            _, kept = self._fitted(line, SMALLEST, wide, is_bold=is_bold)
            self.text(box.left + 2, middle - 0.6 + place * SMALLEST, kept, SMALLEST, is_bold=is_bold)

    def line(self, start: tuple[float, float], end: tuple[float, float], width: float = 0.5) -> None:
        """Draw a line between two points."""
        self._canvas.setLineWidth(width)
        self._canvas.line(start[0], self.height - start[1], end[0], self.height - end[1])

    def shade(self, box: Box) -> None:
        """Fill a box with a grey that a copier keeps and a pen is read on."""
        self._canvas.setFillGray(_GREY)
        bottom = self.height - box.top - box.height
        self._canvas.rect(box.left, bottom, box.width, box.height, stroke=0, fill=1)
        self._canvas.setFillGray(0)

    def grid(self, box: Box, columns: Sequence[float], rows: int) -> None:
        """Rule a box into columns of these widths and so many equal rows."""
        for row in range(rows + 1):
            top = box.top + row * box.height / rows
            self.line((box.left, top), (box.left + box.width, top), 1.0 if row in {0, rows} else 0.4)
        left = box.left
        for width in (0, *columns):
            left += width
            self.line((left, box.top), (left, box.top + box.height), 0.5)

    def code(self, box: Box, text: str) -> None:
        """Draw a QR code with its quiet zone into a square box; a quarter of it may be damaged at most."""
        modules = _modules(text)
        side = box.width / (len(modules) + 2 * _QUIET)
        squares = self._canvas.beginPath()
        for row, line in enumerate(modules):
            column = 0
            for is_dark, run in groupby(line):
                length = len(list(run))
                if is_dark:
                    left = box.left + (column + _QUIET) * side
                    bottom = self.height - box.top - (row + 1 + _QUIET) * side
                    squares.rect(left, bottom, length * side, side)
                column += length
        self._canvas.drawPath(squares, stroke=0, fill=1)

    def _width(self, text: str, size: float, *, is_bold: bool) -> float:
        return self._letters.width(text, size, is_bold=is_bold)

    def _fitted(self, text: str, size: float, wide: float, *, is_bold: bool) -> tuple[float, str]:
        """Return a size in which a text fits and as much of it as then does."""
        while size > SMALLEST and self._width(text, size, is_bold=is_bold) > wide:
            size = max(SMALLEST, size - _STEP)
        if self._width(text, size, is_bold=is_bold) <= wide:
            return size, text
        kept = text
        while kept and self._width(f"{kept}…", size, is_bold=is_bold) > wide:
            kept = kept[:-1]
        return size, f"{kept.rstrip()}…"

    def _halves(self, text: str, wide: float, *, is_bold: bool) -> tuple[str, str]:
        """Break a text at the last space that leaves a first line that fits, or else at its first."""
        words = text.split()
        cut = 1
        while (
            cut < len(words) - 1
            and self._width(" ".join(words[: cut + 1]), SMALLEST, is_bold=is_bold) <= wide
        ):
            cut += 1
        return " ".join(words[:cut]), " ".join(words[cut:])


@lru_cache(maxsize=4)
def _modules(text: str) -> list[list[bool]]:
    """Return the squares of a QR code; every page of a sheet bears the same one."""
    code = QRCode(None, QRErrorCorrectLevel.Q)
    # Left to itself the encoder would try Japanese for letters in lower case.
    code.addData(QRAlphaNum(text) if QRAlphaNum.valid(text) else QR8bitByte(text))
    code.make()
    return [[bool(module) for module in row] for row in code.modules]
