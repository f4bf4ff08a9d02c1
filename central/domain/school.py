"""What kind of local educational agency a school is, as far as the law asks."""

from dataclasses import dataclass
from enum import StrEnum


class LeaKind(StrEnum):
    """Which attendance law a school is under."""

    CHARTER = "charter"
    DISTRICT = "district"
    COUNTY_OFFICE = "coe"


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """A school as the law sees it; `is_conversion` is a conversion charter that keeps its old schedule."""

    code: str
    kind: LeaKind = LeaKind.CHARTER
    is_conversion: bool = False
