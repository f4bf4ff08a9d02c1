"""Labels to stick on stations: a sheet of 30 (Avery 5160, US Letter) with name, room and a code to scan."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import reportlab
import segno
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from provisioning.enrolment import Enrolment
from provisioning.room import Room

COLUMNS, ROWS = 3, 10
A_SHEET: Final = COLUMNS * ROWS
# All in points, as the maker of the sheets gives them in inches.
_LEFT, _TOP = 13.5, 36.0
_WIDTH, _HEIGHT = 189.0, 72.0
_PITCH = 198.0
_CODE, _MARGIN = 60.0, 6.0
_FONT = "Rollbook-Labels"
# Letters of every language written in Latin, Greek or Cyrillic script; else what comes with the library.
_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    "/System/Library/Fonts/Supplemental/Arial Bold.ttf",
    "C:/Windows/Fonts/arialbd.ttf",
    str(Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf"),
)
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one label; nothing of it is secret."""

    station: str
    room: str
    link: str
    fingerprint: str | None


def of(room: Room, link: str | None, enrolment: Enrolment | None) -> Label:
    """Return the label of a station: its page at central, and which enrolment its card was made with."""
    base = (link or room.server).rstrip("/")
    token = enrolment.tokens.get(room.station) if enrolment else None
    # Of the token central too knows the digest alone, so the label and central's page can be compared.
    digest = hashlib.sha256(token.text.encode()).hexdigest() if token else None
    return Label(
        room.station,
        room.room,
        f"{base}/stations/{room.station}/",
        f"{digest[:4]} {digest[4:8]} {digest[8:12]}" if digest else None,
    )


def pdf(labels: Sequence[Label], skip: int = 0) -> bytes:
    """Return the sheets as PDF, leaving the first `skip` places free; the same labels give the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=LETTER, invariant=1)
    canvas.setTitle("Rollbook stations")
    drawable = _register()
    for number, label in enumerate(labels, start=skip):
        place = number % A_SHEET
        if place == 0 and number > skip:
            canvas.showPage()
        column, row = place % COLUMNS, place // COLUMNS
        x = _LEFT + column * _PITCH
        y = LETTER[1] - _TOP - (row + 1) * _HEIGHT
        _draw(canvas, label, (x, y), drawable)
    canvas.save()
    return buffer.getvalue()


def cannot_be_drawn(labels: Sequence[Label]) -> list[str]:
    """Return the stations on whose label a letter of the room is drawn as a question mark."""
    drawable = _register()
    return [label.station for label in labels if _drawn(label.room, drawable) != label.room]


def _register() -> frozenset[int]:
    file = next(name for name in _FONTS if Path(name).is_file())
    font = TTFont(_FONT, file)
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _draw(canvas: Canvas, label: Label, corner: tuple[float, float], drawable: frozenset[int]) -> None:
    x, y = corner
    _draw_code(canvas, label.link, (x + _MARGIN, y + (_HEIGHT - _CODE) / 2))
    left = x + _MARGIN + _CODE + _MARGIN
    room = x + _WIDTH - _MARGIN - left
    lines = [(label.room, 15.0, 46.0), (label.station, 11.0, 28.0)]
    if label.fingerprint:
        lines.append((f"enrolment {label.fingerprint}", 7.0, 12.0))
    for text, size, height in lines:
        shown = _drawn(text, drawable)
        width = pdfmetrics.stringWidth(shown, _FONT, size)
        canvas.setFont(_FONT, size * min(1.0, room / width))
        canvas.drawString(left, y + height, shown)


def _draw_code(canvas: Canvas, link: str, corner: tuple[float, float]) -> None:
    # High correction: a label in a classroom is scratched.
    matrix = segno.make(link, error="q", micro=False).matrix
    quiet = 2
    module = _CODE / (len(matrix) + 2 * quiet)
    for line, bits in enumerate(matrix):
        height = corner[1] + _CODE - (line + 1 + quiet) * module
        for position, bit in enumerate(bits):
            if bit:
                place = corner[0] + (position + quiet) * module
                # A hair wider, or printers leave white lines between the modules.
                canvas.rect(place, height, module * 1.02, module * 1.02, stroke=0, fill=1)


def _drawn(text: str, drawable: frozenset[int]) -> str:
    return "".join(letter if ord(letter) in drawable else _UNKNOWN for letter in text)
