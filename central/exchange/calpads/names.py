"""Published: people's names in the letters the state takes; their real names stay in the records."""

import unicodedata
from typing import Final

# Letters that no accent makes, each as its bearers write it where it cannot be written.
_WRITTEN_OUT: Final = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th"}
# The signs people type for an apostrophe, then those for a hyphen, the modifier letters among them.
_APOSTROPHES: Final = "\u02bb\u02bc\u2018\u2019`\u00b4"
_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u2014"
_LETTERS: Final = str.maketrans("øØđĐðÐłŁ\u0131", "oOdDdDlLi") | str.maketrans(
    _WRITTEN_OUT | dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-")
)
_SIGNS: Final = ".-' "


def transliterated(name: str, space: str = "-") -> str:
    """Return a name in letters, digits, periods, hyphens and apostrophes.

    Accents are taken off, and `space` stands for white space, which is not among the letters verified.
    A sign nothing stands for is left out, and so is a hyphen or an apostrophe before the first letter,
    where a spreadsheet would take it for a formula. A name in another script comes back empty.
    """
    plain = unicodedata.normalize("NFKD", " ".join(name.translate(_LETTERS).split()))
    kept = "".join(sign for sign in plain if (sign.isascii() and sign.isalnum()) or sign in _SIGNS)
    return space.join(kept.split()).lstrip("-'")
