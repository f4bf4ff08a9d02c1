"""Published: a printed document of headings, paragraphs, tables and signature lines, as PDF."""

import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    KeepTogether,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import PageBreak as _PageBreak
from reportlab.platypus import Paragraph as _Paragraph
from reportlab.platypus import Table as _Table

from central.reports.document_page import INSET, MARGIN, Foot
from central.reports.document_parts import (
    Cover,
    Frame,
    Heading,
    PageBreak,
    Part,
    Signatures,
    Table,
    Text,
)
from central.reports.document_table import Ruled, RuledTable
from central.reports.lettering import ADVICE, Lettering, register

_SMALL: Final = 7.5
_GREY: Final = colors.HexColor("#5a6470")
_DARK: Final = colors.HexColor("#1d3557")
_WIDE: Final = 7
"""A table of more columns turns the sheet."""
_SMALLER: Final = {10: 7.0, 14: 6.0}
"""A table of more columns is set in smaller letters."""
_ROOM_AFTER_A_HEADING: Final = 1.1 * inch
_SIZES: Final = {1: 17.0, 2: 12.5, 3: 10.5}
_FIRST_SHARE: Final = 0.6


def write(parts: Iterable[Part], *, footer: str = "", frame: Frame | None = None) -> bytes:
    """Return a PDF of the parts in their order, the same bytes for the same parts.

    Letters the fonts of this machine lack are drawn as their plain ones, and the document says so before
    it is signed. The sheet lies on its side where a table has many columns.
    """
    kept = list(parts)
    fonts = register()
    around = frame or Frame((footer,) if footer else ())
    if fonts.lacks(each for part in kept for each in _texts(part)) or fonts.lacks(around.lines):
        # Who signs reads it first; behind the signatures it could stand on a page of its own.
        place = next((at for at, part in enumerate(kept) if isinstance(part, Signatures)), len(kept))
        kept.insert(place, Text(ADVICE, is_small=True))
    size = landscape(letter) if any(_is_wide(part) for part in kept) else letter
    foot = Foot(around, fonts, size[0])
    out = io.BytesIO()
    page = _Sheet(
        out,
        pagesize=size,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=foot.height + 4,
        title=fonts.drawn(_title(kept)),
        author=fonts.drawn(next((part.school for part in kept if isinstance(part, Cover)), "")),
        keywords=around.keywords,
        invariant=1,
    )
    page.foot = foot
    flow = [each for part in kept for each in _flow(part, fonts, page.width - 2 * INSET)]
    page.build(flow or [Spacer(1, 1)], onFirstPage=foot.draw, onLaterPages=foot.draw)
    return out.getvalue()


class _Sheet(SimpleDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """A document that says how many pages it has once it has them."""

    foot: Foot

    def _endBuild(self) -> None:  # noqa: N802  the name reportlab calls
        self.foot.finish(self.canv, self.page)
        super()._endBuild()


def _title(parts: Sequence[Part]) -> str:
    named = (part for part in parts if isinstance(part, Heading | Cover))
    return next((part.text if isinstance(part, Heading) else part.title for part in named), "")


def _is_wide(part: Part) -> bool:
    return isinstance(part, Table) and len(part.columns) > _WIDE


def _texts(part: Part) -> Iterable[str]:
    if isinstance(part, Heading | Text):
        yield part.text
    elif isinstance(part, Cover):
        yield from (part.title, part.school, *(value for _, value in part.facts))
    elif isinstance(part, Table):
        yield from part.columns
        yield from (cell for row in part.rows for cell in row)
    elif isinstance(part, Signatures):
        yield from part.who


def _flow(part: Part, fonts: Lettering, width: float) -> list[Flowable]:
    """Return what reportlab lays out for one part."""
    if isinstance(part, PageBreak):
        return [_PageBreak()]
    if isinstance(part, Cover):
        return _cover(part, fonts, width)
    if isinstance(part, Heading):
        size = _SIZES[part.level]
        # A heading is never the last line of a page; a long table after it may still begin there.
        room = CondPageBreak(_ROOM_AFTER_A_HEADING)
        return [room, _paragraph(part.text, fonts, size=size, is_bold=True, before=size * 0.9)]
    if isinstance(part, Text):
        return [_paragraph(part.text, fonts, size=_SMALL if part.is_small else 9.5, is_grey=part.is_small)]
    if isinstance(part, Signatures):
        return [KeepTogether([each for who in part.who for each in _signature(who, fonts, width)])]
    return _table(part, fonts)


def _table(part: Table, fonts: Lettering) -> list[Flowable]:
    if not part.rows:
        return [_paragraph(part.empty, fonts, size=9.5, is_grey=True)]
    size = min((small for most, small in _SMALLER.items() if len(part.columns) > most), default=8.0)
    return [RuledTable(Ruled(part.columns, part.rows, part.numbers, fonts, size)), Spacer(1, 8)]


def _cover(part: Cover, fonts: Lettering, width: float) -> list[Flowable]:
    left = [
        _paragraph(part.school, fonts, size=11, is_bold=True),
        _paragraph(part.title, fonts, size=_SIZES[1], is_bold=True, before=4),
    ]
    right = [
        [_paragraph(name, fonts, size=8, is_grey=True), _paragraph(value, fonts, size=8)]
        for name, value in part.facts
    ]
    of_facts = width * (1 - _FIRST_SHARE)
    facts = _Table(right, colWidths=[of_facts * 0.36, of_facts * 0.64], style=_TIGHT)
    both = _Table([[left, facts]], colWidths=[width * _FIRST_SHARE, of_facts], style=_TIGHT)
    rule = HRFlowable(width=width, thickness=1.6, color=_DARK, spaceBefore=6, spaceAfter=8)
    return [both, rule]


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


_TIGHT: Final = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
)


def _signature(who: str, fonts: Lettering, width: float) -> list[Flowable]:
    """Return a line each for signature, name, title and date; the title is said where it is known."""
    names = [f"{who}: signature", "Name in print", "Title", "Date"]
    line = [("LINEABOVE", (at, 0), (at, 0), 0.7, colors.black) for at in (0, 2, 4, 6)]
    cells: list[Any] = []  # Any: what reportlab sets into cells
    for name in names:
        cells += [_paragraph(name, fonts, size=7.5, is_grey=True), ""]
    shares = (0.34, 0.02, 0.27, 0.02, 0.2, 0.02, 0.13)
    style = TableStyle([*_TIGHT.getCommands(), *line, ("TOPPADDING", (0, 0), (-1, -1), 2)])
    return [Spacer(1, 28), _Table([cells[:-1]], colWidths=[width * share for share in shares], style=style)]
