"""Published: what stands at the head of every report, as a report has it and as it is made."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """Whose report it is, of which year and day, when it was made (UTC) and by which rules."""

    school: str
    school_code: str
    zone: str
    is_practice: bool
    year: str
    as_of: date
    made_at: datetime
    rule_set: str


class Head(TypedDict):
    """The same, to make any such report of."""

    school: str
    school_code: str
    zone: str
    is_practice: bool
    year: str
    as_of: date
    made_at: datetime
    rule_set: str
