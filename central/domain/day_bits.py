"""Published: sets of dates of one school year as whole numbers, bit n being July 1 plus n days."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from central.domain.calendar import SATURDAY, SchoolYear
from central.domain.errors import DomainError

BYTES: Final = 46
"""What the 366 bits of a leap year take; a set is kept in so many bytes, the lowest days first."""


def bit_of(on: date, year: SchoolYear) -> int:
    """Return which bit stands for a date; raises DomainError outside the school year."""
    if not year.holds(on):
        msg = f"{on} is not in the school year {year.name}"
        raise DomainError(msg)
    return (on - year.starts_on).days


def bits_of(days: Iterable[date], year: SchoolYear) -> int:
    """Return a set of dates; raises DomainError for one outside the school year."""
    bits = 0
    for on in days:
        bits |= 1 << bit_of(on, year)
    return bits


def bits_between(since: date, until: date | None, year: SchoolYear) -> int:
    """Return the days from one date to another that lie in the year, both included; None is for ever."""
    first = max(since, year.starts_on)
    last = year.ends_on if until is None else min(until, year.ends_on)
    if last < first:
        return 0
    return (1 << bit_of(last, year) + 1) - (1 << bit_of(first, year))


def weekend_bits(year: SchoolYear) -> int:
    """Return the Saturdays and Sundays of a school year."""
    return bits_of(
        (on for on in days_of(bits_between(date.min, None, year), year) if on.weekday() >= SATURDAY), year
    )


def days_of(bits: int, year: SchoolYear) -> Iterator[date]:
    """Yield the dates of a set in order; raises DomainError for a bit beyond the school year."""
    while bits:
        lowest = bits & -bits
        on = year.starts_on + timedelta(days=lowest.bit_length() - 1)
        bit_of(on, year)
        yield on
        bits ^= lowest


def to_bytes(bits: int) -> bytes:
    """Return the bytes a set is kept in."""
    return bits.to_bytes(BYTES, "little")


def from_bytes(data: bytes) -> int:
    """Read a set as it is kept."""
    return int.from_bytes(data, "little")
