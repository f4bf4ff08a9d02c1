"""The reporting periods of a school year, and the lines attendance is reported on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from central.domain.enrolment import Modality


class PeriodKind(StrEnum):
    """What a report covers: to the end of December, to the middle of April, or the whole year."""

    P1 = "P-1"
    P2 = "P-2"
    ANNUAL = "Annual"

    # An enumeration's own hash is worked out in Python, at every look into the counts.
    __hash__ = str.__hash__


PERIODS: Final[Mapping[str, PeriodKind]] = {
    "p1": PeriodKind.P1,
    "p2": PeriodKind.P2,
    "annual": PeriodKind.ANNUAL,
}
"""The periods by their words on a command line and in an address."""


class Line(StrEnum):
    """The lines average daily attendance is reported on, each apart from the others."""

    REGULAR = "regular"
    EXTENDED_YEAR = "extended year"
    """Special education beyond the regular year."""
    NONPUBLIC = "nonpublic school"
    COMMUNITY_DAY = "community day"
    INDEPENDENT_STUDY = "independent study"
    RECOVERED = "attendance recovery"


class Edition(StrEnum):
    """What a closed report is: the first as filed, a correction of it, or what the audit found."""

    ORIGINAL = "original"
    REVISED = "revised"
    AUDITED = "audited"


def line_of(modality: Modality) -> Line:
    """Return the line the regular programme's days are reported on, by how the student is taught."""
    return Line.INDEPENDENT_STUDY if modality is Modality.INDEPENDENT_STUDY else Line.REGULAR
