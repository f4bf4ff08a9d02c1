"""The three reporting periods of a school year."""

from enum import StrEnum


class PeriodKind(StrEnum):
    """What a report covers: to the end of December, to the middle of April, or the whole year."""

    P1 = "P-1"
    P2 = "P-2"
    ANNUAL = "Annual"
