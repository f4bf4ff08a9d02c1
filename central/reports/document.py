"""Published: a printed document of headings, paragraphs, tables and signature lines, as PDF."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final, TypeAlias

from reportlab.lib import colors
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    KeepTogether,
    LongTable,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import PageBreak as _PageBreak
from reportlab.platypus import Paragraph as _Paragraph

from central.reports.lettering import ADVICE, Lettering, register

_MARGIN: Final = 0.7 * inch
_SMALL: Final = 7.5
_GREY: Final = colors.HexColor("#5a6470")
_LINE: Final = colors.HexColor("#c4cbd3")
_SHADE: Final = colors.HexColor("#eef1f4")
_FEWEST_LETTERS, _MOST_LETTERS = 5, 42
_WIDE: Final = 7
"""A table of more columns turns the sheet."""
_ROOM_AFTER_A_HEADING: Final = 1.1 * inch
_BOLD_PERCENT: Final = 130
_SIZES: Final = {1: 17.0, 2: 12.5, 3: 10.5}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title of the document."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `is_small` for what stands beside the matter."""

    text: str
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `numbers` are the columns set to the right. Without rows `empty` is said."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to be signed by hand, each with who signs and room for the date."""

    who: Sequence[str]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a page of its own."""


Part: TypeAlias = Heading | Text | Table | Signatures | PageBreak


def write(parts: Iterable[Part], *, footer: str = "") -> bytes:
    """Return a PDF of the parts in their order, the same bytes for the same parts.

    Letters the fonts of this machine lack are drawn as their plain ones, and the document says so at
    its end. The sheet lies on its side where a table has many columns.
    """
    kept = list(parts)
    fonts = register()
    texts = [text for part in kept for text in _texts(part)]
    if fonts.lacks([*texts, footer]):
        kept.append(Text(ADVICE, is_small=True))
    is_wide = any(isinstance(part, Table) and len(part.columns) > _WIDE for part in kept)
    size = landscape(letter) if is_wide else letter
    out = io.BytesIO()
    title = next((part.text for part in kept if isinstance(part, Heading)), "")
    page = SimpleDocTemplate(
        out,
        pagesize=size,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=fonts.drawn(title),
        invariant=1,
    )
    end = partial(_foot, fonts=fonts, text=footer)
    flow = [each for part in kept for each in _flow(part, fonts, page.width)]
    page.build(flow or [Spacer(1, 1)], onFirstPage=end, onLaterPages=end)
    return out.getvalue()


def _texts(part: Part) -> Iterable[str]:
    if isinstance(part, Heading | Text):
        yield part.text
    elif isinstance(part, Table):
        yield from part.columns
        yield from (cell for row in part.rows for cell in row)
    elif isinstance(part, Signatures):
        yield from part.who


def _flow(part: Part, fonts: Lettering, width: float) -> list[Flowable]:
    """Return what reportlab lays out for one part."""
    if isinstance(part, PageBreak):
        return [_PageBreak()]
    if isinstance(part, Heading):
        size = _SIZES[part.level]
        # A heading is never the last line of a page; a long table after it may still begin there.
        room = CondPageBreak(_ROOM_AFTER_A_HEADING)
        return [room, _paragraph(part.text, fonts, size=size, is_bold=True, before=size * 0.9)]
    if isinstance(part, Text):
        return [_paragraph(part.text, fonts, size=_SMALL if part.is_small else 9.5, is_grey=part.is_small)]
    if isinstance(part, Signatures):
        return [KeepTogether([each for who in part.who for each in _signature(who, fonts, width)])]
    if not part.rows:
        return [_paragraph(part.empty, fonts, size=9.5, is_grey=True)]
    return [_table(part, fonts, width), Spacer(1, 8)]


def _paragraph(  # noqa: PLR0913  what tells one kind of paragraph from another
    text: str,
    fonts: Lettering,
    *,
    size: float,
    is_bold: bool = False,
    is_grey: bool = False,
    is_right: bool = False,
    before: float = 0.0,
) -> Flowable:
    style = ParagraphStyle(
        "of ours",
        fontName=fonts.bold if is_bold else fonts.regular,
        fontSize=size,
        leading=size * 1.32,
        textColor=_GREY if is_grey else colors.black,
        alignment=2 if is_right else 0,
        spaceBefore=before,
        spaceAfter=3 if before else 2,
        splitLongWords=1,
    )
    return _Paragraph(escape(fonts.drawn(text), quote=False).replace("\n", "<br/>"), style)


def _table(part: Table, fonts: Lettering, width: float) -> Flowable:
    heads = [
        _paragraph(text, fonts, size=8, is_bold=True, is_right=at in part.numbers)
        for at, text in enumerate(part.columns)
    ]
    body = [
        [_paragraph(cell, fonts, size=8, is_right=at in part.numbers) for at, cell in enumerate(row)]
        for row in part.rows
    ]
    shared = _shares(part)
    widths = [width * share / sum(shared) for share in shared]
    table = LongTable([heads, *body], colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 6),
                ("RIGHTPADDING", (0, 0), (-1, -1), 6),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _shares(part: Table) -> list[int]:
    """Return how much room each column asks for: its longest cell, and no word of it broken for nothing."""
    asked = []
    for at, heading in enumerate(part.columns):
        cells = [row[at] for row in part.rows]
        longest = max((len(cell) for cell in cells), default=0)
        words = [len(word) + 1 for text in cells for word in text.split()]
        # Headings are bold, and bold letters are wider.
        words += [len(word) * _BOLD_PERCENT // 100 + 2 for word in heading.split()]
        asked.append(max(_FEWEST_LETTERS, min(_MOST_LETTERS, longest), *(min(each, 18) for each in words)))
    return asked


def _signature(who: str, fonts: Lettering, width: float) -> list[Flowable]:
    return [
        Spacer(1, 30),
        HRFlowable(width=width * 0.62, thickness=0.7, color=colors.black, hAlign="LEFT", spaceAfter=2),
        _paragraph(f"{who}: signature, name in print, date", fonts, size=8, is_grey=True),
    ]


def _foot(canvas: Canvas, page: SimpleDocTemplate, *, fonts: Lettering, text: str) -> None:
    canvas.saveState()
    canvas.setFont(fonts.regular, _SMALL)
    canvas.setFillColor(_GREY)
    canvas.drawString(_MARGIN, _MARGIN * 0.55, fonts.drawn(text))
    canvas.drawRightString(page.pagesize[0] - _MARGIN, _MARGIN * 0.55, str(canvas.getPageNumber()))
    canvas.restoreState()
