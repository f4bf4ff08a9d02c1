"""What a mark in a register means, in English and Spanish; some mean one thing here and another there."""

from enum import StrEnum
from typing import Final

from central.exchange.column_mapping import plain


class Mark(StrEnum):
    """What a line says of a student."""

    PRESENT = "present"
    TARDY = "tardy"
    ABSENT = "absent"
    NOTHING = "nothing"


_WORDS: Final = {
    Mark.PRESENT: "p present presente pres here aqui y yes s si 1 true attended asistio asistencia",
    Mark.TARDY: "t tardy late tarde retardo retraso tardanza",
    Mark.ABSENT: "a abs absent ausente ausencia n no f falta 0 false unexcused excused absentexcused "
    "absentunexcused ausenciajustificada u e",
}
_MEANS: Final = {word: mark for mark, words in _WORDS.items() for word in words.split()}
_TICKS: Final = frozenset("\u2713\u2714\u221a\u2705\u2611")
UNSURE: Final = frozenset((".", "\u00b7", "x", "/", "\\", "-", "\u2013", "\u2014", "o", "*"))
"""Signs that mean present in one school's register and absent, or nothing, in another's."""
_ALIKE: Final = {"\u00b7": ".", "\u2013": "-", "\u2014": "-", "\u2717": "x", "\u2718": "x", "\u2715": "x"}


def sign(text: str) -> str:
    """Return an unsure sign as a person is asked about it; nothing where the text is sure or no sign."""
    short = text.strip().casefold()
    short = _ALIKE.get(short, short)
    return short if short in UNSURE else ""


def read(text: str) -> Mark | None:
    """Return what a mark means; nothing written is NOTHING, and None is what nobody can read."""
    if not text.strip():
        return Mark.NOTHING
    if text.strip().strip("\ufe0f") in _TICKS:
        return Mark.PRESENT
    return _MEANS.get(plain(text)) if plain(text) else None
