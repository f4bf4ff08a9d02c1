"""The only place that rounds: half up, once, cell by cell."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from central.domain.errors import DomainError

ADA_PLACES = 2


def half_up(value: Fraction | Decimal | int, places: int = ADA_PLACES) -> Decimal:
    """Round an exact number to a number of decimals, halves away from zero.

    Two decimals is how average daily attendance and dollars are reported. Floating point is
    refused: 2.675 as a float is already less than 2.675.

    Raises DomainError for a float.

    Source: R-ADA-09 of the reference; the state publishes two decimals and no method.
    """
    if isinstance(value, float):
        msg = f"{value!r} is a float; report only exact numbers"
        raise DomainError(msg)
    exact = Fraction(value)
    scaled = abs(exact.numerator) * 10**places
    rounded = (2 * scaled + exact.denominator) // (2 * exact.denominator)
    digits = tuple(int(digit) for digit in str(rounded))
    return Decimal((int(exact < 0 and rounded > 0), digits, -places))


def total(cells: Iterable[Decimal], places: int = ADA_PLACES) -> Decimal:
    """Add printed cells; a printed total is the sum of the cells above it, never a rounded sum.

    Raises DomainError for a cell with more decimals than are printed.
    """
    kept = list(cells)
    for cell in kept:
        if half_up(cell, places) != cell:
            msg = f"{cell} has more than {places} decimals; round the cell before adding it"
            raise DomainError(msg)
    return half_up(sum((Fraction(cell) for cell in kept), start=Fraction(0)), places)


def percent(share: Fraction, places: int = 4) -> Decimal:
    """Return a share as a percentage, rounded half up; 2/27 is 7.4074."""
    return half_up(share * 100, places)
