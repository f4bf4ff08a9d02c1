"""A table of a printed document that takes as many pages as it has rows, each row wrapped, none cut."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from reportlab.lib import colors
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from central.reports.lettering import Lettering

_LINE: Final = colors.HexColor("#c4cbd3")
_RULE: Final = colors.HexColor("#3d4650")
_SHADE: Final = colors.HexColor("#eef1f4")
_PAD, _ABOVE, _BELOW = 5.0, 3.0, 4.0
_NARROWEST: Final = 24.0
_LEADING: Final = 1.25
_SLACK: Final = 1.1
_MOST_OF_A_WORD, _SHORT, _MOST_OVER_USUAL = 130.0, 110.0, 1.2
_TALLEST: Final = 400.0
"""A row taller than this may be parted between two pages."""

Cells = Sequence[str]
Lines = list[list[str]]
"""The lines of each cell of a row."""


class _Widths(dict[str, float]):
    """How wide each letter of a font is, in points at size 1."""

    def __init__(self, font: str) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, letter: str) -> float:
        width: float = pdfmetrics.stringWidth(letter, self._font, 1000) / 1000
        self[letter] = width
        return width

    def of(self, text: str) -> float:
        """Return how wide a text is."""
        return sum(map(self.__getitem__, text))


@dataclass(slots=True)
class Ruled:
    """What is set: headings, rows, which columns are numbers, in which letters and size."""

    columns: Cells
    rows: Sequence[Cells]
    numbers: frozenset[int]
    fonts: Lettering
    size: float = 8.0
    regular: _Widths = field(init=False)
    bold: _Widths = field(init=False)
    _wishes: list[tuple[float, float]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Learn the letters."""
        self.regular, self.bold = _Widths(self.fonts.regular), _Widths(self.fonts.bold)

    @property
    def leading(self) -> float:
        """The height of one line."""
        return self.size * _LEADING

    def least(self) -> list[float]:
        """Return how wide each column must be so that no word of it is broken, within reason."""
        return [least for least, _ in self._asked()]

    def widths(self, room: float) -> list[float]:
        """Share the room among the columns: what each asks for where it fits, else at least its words."""
        asked = self._asked()
        most = sum(natural for _, natural in asked)
        if most <= room:
            return [natural * room / most for _, natural in asked]
        least = sum(each for each, _ in asked)
        if least >= room:
            # Even words do not fit: everybody gives way, and words are broken.
            even = [min(each, max(room / len(asked), _NARROWEST)) for each, _ in asked]
            spare = max(room - sum(even), 0.0)
            wish = [each - got for (each, _), got in zip(asked, even, strict=True)]
            total = sum(wish) or 1.0
            even = [got + spare * more / total for got, more in zip(even, wish, strict=True)]
            return [got * room / sum(even) for got in even]
        share = (room - least) / (most - least)
        return [each + (natural - each) * share for each, natural in asked]

    def _asked(self) -> list[tuple[float, float]]:
        """Return how wide each column must be and would like to be; asked of every row once."""
        found = self._wishes
        if found:
            return found
        for at, name in enumerate(self.columns):
            cell, word, usual = _longest(row[at] for row in self.rows)
            head = max(name.split(), key=len, default="")
            words = max(self.regular.of(self.fonts.drawn(word)), self.bold.of(self.fonts.drawn(head)))
            whole = max(self.regular.of(self.fonts.drawn(cell)), self.bold.of(self.fonts.drawn(name)) / 2)
            pads = 2 * _PAD + 1
            # Of words of one length some are wider than the one that was measured.
            least = max(_NARROWEST, min(words * self.size * _SLACK, _MOST_OF_A_WORD) + pads)
            # One long cell among short ones is no reason for a wide column.
            wish = min(whole * self.size, max(_SHORT, usual * self.size * _MOST_OVER_USUAL))
            found.append((least, max(least, wish + pads)))
        return found

    def wrapped(self, cells: Cells, widths: Sequence[float], *, is_bold: bool = False) -> Lines:
        """Break each cell of a row into the lines that fit its column."""
        letters = self.bold if is_bold else self.regular
        return [
            list(wrap(self.fonts.drawn(cell), (width - 2 * _PAD) / self.size, letters))
            for cell, width in zip(cells, widths, strict=True)
        ]


def _longest(cells: Iterator[str]) -> tuple[str, str, float]:
    """Return the longest cell of a column, its longest word, and how many letters a cell usually has."""
    cell = word = ""
    letters = count = 0
    for text in cells:
        letters, count = letters + len(text), count + 1
        if len(text) > len(cell):
            cell = text
        if len(text) > len(word):
            longest = max(text.split(), key=len, default="")
            word = longest if len(longest) > len(word) else word
    return cell, word, letters / max(count, 1)


def wrap(text: str, room: float, letters: _Widths) -> Iterator[str]:
    """Yield the lines of a text; a word without a place to break is broken where the room ends."""
    for paragraph in text.split("\n"):
        if letters.of(paragraph) <= room:
            yield paragraph
            continue
        line, used = "", 0.0
        for word in paragraph.split(" "):
            wide = letters.of(word)
            gap = letters[" "] if line else 0.0
            if used + gap + wide <= room:
                line, used = (f"{line} {word}" if line else word), used + gap + wide
                continue
            if line:
                yield line
            line, used = word, wide
            while used > room and len(line) > 1:
                fits = _fitting(line, room, letters)
                yield line[:fits]
                line = line[fits:]
                used = letters.of(line)
        yield line


def _fitting(word: str, room: float, letters: _Widths) -> int:
    """Return how many letters of a word fit, at least one."""
    used = 0.0
    for count, letter in enumerate(word):
        used += letters[letter]
        if used > room:
            return max(count, 1)
    return len(word)


class RuledTable(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Lays out the rows of a table from one on, its headings above them on every page."""

    def __init__(self, ruled: Ruled, start: int = 0, begun: Lines | None = None) -> None:
        super().__init__()
        self._ruled, self._start, self._begun = ruled, start, begun
        self._stop = len(ruled.rows)
        self._kept: list[Lines] = []
        self._head: Lines = []
        self._widths: list[float] = []
        self._height_tried = -1.0

    def wrap(self, room: float, height: float) -> tuple[float, float]:
        """Take as many rows as fit; more than the height is said where not all do."""
        self._measure(room)
        self._height_tried = height
        used = self._tall(self._head)
        self._kept = []
        for place in range(self._start, self._stop):
            lines = self._lines(place)
            used += self._tall(lines)
            if used > height:
                return room, height + 1
            self._kept.append(lines)
        return room, used

    def split(self, room: float, height: float) -> list[Flowable]:
        """Part the table into what fits and the rest; nothing where not even one row does."""
        if self._height_tried != height:
            self.wrap(room, height)
        fits = len(self._kept)
        if self._start + fits >= self._stop:
            return [self]
        following = self._start + fits
        lines = self._lines(following)
        left = height - self._tall(self._head) - sum(map(self._tall, self._kept))
        can = int((left - _ABOVE - _BELOW) // self._ruled.leading)
        if self._tall(lines) > _TALLEST and can > 1:
            top = [cell[:can] for cell in lines]
            rest = [cell[can:] for cell in lines]
            first = self._part(following, [*self._kept, top])
            return [first, RuledTable(self._ruled, following, rest)]
        if not fits:
            return []
        return [self._part(following, self._kept), RuledTable(self._ruled, following)]

    def draw(self) -> None:
        """Draw headings and rows, each over a thin rule."""
        at = self._height(self._kept)
        self.canv.saveState()
        self.canv.setFillColor(_SHADE)
        head = self._tall(self._head)
        self.canv.rect(0, at - head, sum(self._widths), head, stroke=0, fill=1)
        self._row(self._head, at, self._ruled.fonts.bold, _RULE)
        at -= head
        for lines in self._kept:
            self._row(lines, at, self._ruled.fonts.regular, _LINE)
            at -= self._tall(lines)
        self.canv.restoreState()

    def _part(self, stop: int, kept: list[Lines]) -> "_Page":
        return _Page(self._ruled, self._head, kept, self._widths, stop)

    def _measure(self, room: float) -> None:
        if not self._widths:
            self._widths = self._ruled.widths(room)
            self._head = self._ruled.wrapped(self._ruled.columns, self._widths, is_bold=True)

    def _lines(self, place: int) -> Lines:
        if self._begun is not None and place == self._start:
            return self._begun
        return self._ruled.wrapped(self._ruled.rows[place], self._widths)

    def _tall(self, lines: Lines) -> float:
        return max(map(len, lines), default=1) * self._ruled.leading + _ABOVE + _BELOW

    def _height(self, kept: list[Lines]) -> float:
        return self._tall(self._head) + sum(map(self._tall, kept))

    def _row(self, lines: Lines, top: float, font: str, rule: colors.Color) -> None:
        left, size, leading = 0.0, self._ruled.size, self._ruled.leading
        self.canv.setFillColor(colors.black)
        self.canv.setFont(font, size)
        for at, (cell, width) in enumerate(zip(lines, self._widths, strict=True)):
            down = top - _ABOVE - size
            for line in cell:
                if at in self._ruled.numbers:
                    self.canv.drawRightString(left + width - _PAD, down, line)
                elif line:
                    self.canv.drawString(left + _PAD, down, line)
                down -= leading
            left += width
        self.canv.setStrokeColor(rule)
        self.canv.setLineWidth(0.4)
        bottom = top - self._tall(lines)
        self.canv.line(0, bottom, sum(self._widths), bottom)


class _Page(RuledTable):
    """The rows of one page, already laid out."""

    def __init__(self, ruled: Ruled, head: Lines, kept: list[Lines], widths: list[float], stop: int) -> None:
        super().__init__(ruled, stop)
        self._head, self._kept, self._widths = head, kept, widths

    def wrap(self, room: float, height: float) -> tuple[float, float]:
        """Say how tall the page is."""
        del height
        return room, self._height(self._kept)

    def split(self, room: float, height: float) -> list[Flowable]:
        """Be in one piece."""
        del room, height
        return []
