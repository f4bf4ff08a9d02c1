"""On which day attendance was first entered, and whether that is the day it records."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Entered(StrEnum):
    """How a record was first entered; its value is what a report says."""

    TAP = "tap on its day"
    HAND = "by hand on its day"
    """By a person, or by the student's own check-in, on the calendar day it records."""
    PAPER = "later, from paper kept in an outage"
    LATE = "later, without such paper"
    UNPROVEN = "no entry of its day stands any more"
    """Made by the program of a tap that was judged otherwise since."""

    @property
    def is_as_asked(self) -> bool:
        """Tell whether the letter allows it."""
        return self not in {Entered.LATE, Entered.UNPROVEN}


@dataclass(frozen=True, slots=True)
class FirstEntry:
    """What is known of a record's first entry.

    `tapped_on` is the date of a tap that stands behind it still, `is_of_taps` whether the program made
    it of one without anybody's word.
    """

    on: date
    tapped_on: date | None
    is_same_day: bool
    is_of_taps: bool
    has_paper_of_outage: bool


def how_entered(first: FirstEntry) -> Entered:
    """Tell how a record was first entered.

    A tap enters attendance at the moment of the tap, however late its journal came in. What is
    entered by hand must be entered on the calendar day it records; after an outage it may be
    entered later, but only from paper on which it was recorded that day.

    Cites: CDE letter of August 3, 2009 on electronic attendance, point 2 (R-REC-03).
    """
    if first.tapped_on == first.on:
        return Entered.TAP
    if first.is_same_day and not first.is_of_taps:
        return Entered.HAND
    if first.has_paper_of_outage:
        return Entered.PAPER
    return Entered.UNPROVEN if first.is_of_taps else Entered.LATE
