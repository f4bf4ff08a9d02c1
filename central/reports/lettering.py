"""The letters printed documents are set in: names with every accent, or a word about what lacks."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

REGULAR: Final = "Rollbook"
BOLD: Final = "Rollbook-Bold"
# Each pair has the letters of every language written in Latin, Greek or Cyrillic script.
_PLACES: Final = (
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("/usr/share/fonts/TTF/DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("/System/Library/Fonts/Supplemental/Arial.ttf", "Arial Bold.ttf"),
    ("C:/Windows/Fonts/arial.ttf", "arialbd.ttf"),
)
_BUILT_IN: Final = (str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), "VeraBd.ttf")
# Letters that are no letter with a mark, as far as names in schools hold them.
_PLAIN: Final = {"đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N", "ĸ": "k", "ŧ": "t", "Ŧ": "T"}
_UNKNOWN: Final = "?"
ADVICE: Final = (
    "Some letters could not be printed as they are written; install the fonts of DejaVu "
    "(on Debian: apt-get install fonts-dejavu-core) and print again."
)
_GO_BY_NUMBER: Final = "Some letters are in no font of this machine; go by the number beside the name."


@dataclass(frozen=True, slots=True)
class Lettering:
    """The names reportlab knows two fonts by, and what they can draw."""

    regular: str
    bold: str
    source: str
    """The file they come from."""
    drawable: frozenset[int] = field(repr=False)

    @property
    def advice(self) -> str:
        """Say what to do where `lacks` is true."""
        return ADVICE if self.source == _BUILT_IN[0] else _GO_BY_NUMBER

    def drawn(self, text: str) -> str:
        """Return text as it can be drawn: composed, and a letter the font lacks without its mark, or as ?.

        Nothing is ever drawn as an empty box or left out.
        """
        if text.isascii() and text.isprintable():
            # Most cells of a table of fifty thousand rows.
            return text
        return "".join(map(self._letter, unicodedata.normalize("NFC", text)))

    def lacks(self, texts: Iterable[str]) -> bool:
        """Tell whether a letter of these is drawn otherwise than it is written; `advice` says what helps."""
        return any(self.drawn(text) != unicodedata.normalize("NFC", text) for text in texts)

    def width(self, text: str, size: float, *, is_bold: bool = False) -> float:
        """Return how wide a text is, in points."""
        width: float = pdfmetrics.stringWidth(self.drawn(text), self.bold if is_bold else self.regular, size)
        return width

    def _letter(self, letter: str) -> str:
        if ord(letter) in self.drawable:
            return letter
        plain = _PLAIN.get(letter) or unicodedata.normalize("NFKD", letter)
        kept = "".join(part for part in plain if ord(part) in self.drawable)
        return kept or _UNKNOWN


def register() -> Lettering:
    """Make the best fonts of this machine known to reportlab and return their names.

    Where none of the known places has one, the fonts that come with reportlab print western
    European names; `Lettering.lacks` tells whether that is enough for a text.
    """
    for pair in _PLACES:
        try:
            return load(pair)
        except (OSError, TTFError):
            continue
    return built_in()


def built_in() -> Lettering:
    """Make the fonts that come with reportlab known to it and return their names."""
    return load(_BUILT_IN)


@cache
def load(pair: tuple[str, str]) -> Lettering:
    """Make one regular font and the bold one beside it known to reportlab; raises TTFError, OSError."""
    regular = Path(pair[0])
    names = (REGULAR, BOLD) if pair != _BUILT_IN else (f"{REGULAR}-Plain", f"{BOLD}-Plain")
    fonts = [
        TTFont(name, str(path))
        for name, path in zip(names, (regular, regular.with_name(pair[1])), strict=True)
    ]
    for font in fonts:
        pdfmetrics.registerFont(font)
    drawable = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))
    return Lettering(*names, source=pair[0], drawable=drawable)
