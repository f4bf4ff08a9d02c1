"""The number of a paper sheet as people copy it by hand, and the text of the code printed beside it."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self
from urllib.parse import quote, unquote

from central.domain.errors import DomainError

ALPHABET: Final = "23456789ACDEFHJKMNPRTWX"
"""Without what a hand makes alike: 0 O Q, 1 I L, 5 S, 8 B, 2 Z, 6 G, U V Y; and a prime many."""
_BASE: Final = len(ALPHABET)
_LENGTH: Final = 7
_GROUP: Final = 3
MOST: Final[int] = _BASE ** (_LENGTH - 1) - 1
"""The highest serial there is a number for."""
# Sheets printed one after the other shall not look alike: each serial lands far from its neighbour.
_STEP: Final = 61_803_397
_BACK: Final[int] = pow(_STEP, -1, MOST + 1)
_MARK: Final = "RB1"
_FIELDS: Final = 6


class SheetNumberError(DomainError):
    """A sheet's number or code that was copied wrongly, or was never one."""


def number_of(serial: int) -> str:
    """Return the number printed on the sheet of a serial, like `4HK-T2MX`; raises SheetNumberError."""
    if not 0 <= serial <= MOST:
        msg = f"there is no sheet number for {serial}; serials go from 0 to {MOST}"
        raise SheetNumberError(msg)
    left = serial * _STEP % (MOST + 1)
    digits = []
    for _ in range(_LENGTH - 1):
        left, digit = divmod(left, _BASE)
        digits.append(digit)
    text = "".join(ALPHABET[digit] for digit in (*digits, _check(digits)))
    return f"{text[:_GROUP]}-{text[_GROUP:]}"


def serial_of(number: str) -> int:
    """Return the serial of a number as somebody typed it; case, spaces and hyphens do not matter.

    One wrong character and any two exchanged ones are always noticed. Raises SheetNumberError.
    """
    text = "".join(number.split()).replace("-", "").upper()
    strange = sorted(set(text) - set(ALPHABET))
    if strange:
        msg = f"no sheet number has {' or '.join(map(repr, strange))} in it; look at the sheet again"
        raise SheetNumberError(msg)
    digits = [ALPHABET.index(character) for character in text]
    if len(digits) != _LENGTH:
        msg = f"a sheet number has {_LENGTH} characters, like {number_of(1)}; {len(digits)} were given"
        raise SheetNumberError(msg)
    if _check(digits[:-1]) != digits[-1]:
        msg = (
            f"{number.strip()} is not the number of any sheet: a character is wrong; look at the sheet again"
        )
        raise SheetNumberError(msg)
    value = 0
    for digit in reversed(digits[:-1]):
        value = value * _BASE + digit
    return value * _BACK % (MOST + 1)


def tidy(number: str) -> str:
    """Return a number as it is printed, however it was typed; raises SheetNumberError."""
    return number_of(serial_of(number))


def _check(digits: list[int]) -> int:
    """Weigh each place otherwise: with a prime base no single change and no exchange goes unseen."""
    return sum(weight * digit for weight, digit in enumerate(digits, start=2)) % _BASE


@dataclass(frozen=True, slots=True)
class SheetCode:
    """What the code on each page of a sheet says: whose, which class, from when to when, which number."""

    school: str
    section: str
    on_first: date
    on_last: date
    number: str

    def __post_init__(self) -> None:
        """Refuse dates in the wrong order, and a number that is none."""
        if self.on_last < self.on_first:
            msg = f"a sheet from {self.on_first} cannot end on {self.on_last}"
            raise SheetNumberError(msg)
        if tidy(self.number) != self.number:
            msg = f"{self.number} is not written as it is printed: {tidy(self.number)}"
            raise SheetNumberError(msg)

    @property
    def text(self) -> str:
        """Return the text of the printed code; `parse` reads it again."""
        parts = (self.school, self.section, self.on_first.isoformat(), self.on_last.isoformat(), self.number)
        return "/".join((_MARK, *(quote(part, safe="") for part in parts)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code again; raises SheetNumberError for anything that is none."""
        parts = text.strip().split("/")
        if len(parts) != _FIELDS or parts[0] != _MARK:
            msg = "this is not the code of a class sheet; read the one printed at its top"
            raise SheetNumberError(msg)
        school, section, first, last, number = map(unquote, parts[1:])
        try:
            return cls(school, section, date.fromisoformat(first), date.fromisoformat(last), number)
        except ValueError as error:
            msg = "the dates in this code are none; read the one printed at the sheet's top again"
            raise SheetNumberError(msg) from error
