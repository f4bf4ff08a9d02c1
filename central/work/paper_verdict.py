"""Published: what accepting a line of paper would do, in words for whoever looks at it first."""

from enum import StrEnum
from typing import Final

from central.domain import adjudication


class Verdict(StrEnum):
    """What accepting a line would do."""

    FALLBACK = "new record in place of taps that are missing; its teacher signs for it"
    NO_OUTAGE = "new record, though nothing shows that the station was down; somebody looks at it"
    CORROBORATES = "agrees with what is known"
    CONFLICTS = "differs from what is known; both are shown to the teacher"
    KNOWN = "taken in before"
    REPEATED = "says what a line above says already"
    NOTHING = "nothing is written for this day"
    REFUSED = "cannot be taken in"


WRITTEN: Final = frozenset((Verdict.FALLBACK, Verdict.NO_OUTAGE, Verdict.CORROBORATES, Verdict.CONFLICTS))
"""The verdicts of lines that are kept when a sheet is accepted."""
_OF: Final = {
    adjudication.Verdict.RECORD_FALLBACK: Verdict.FALLBACK,
    adjudication.Verdict.PAPER_WITHOUT_OUTAGE: Verdict.NO_OUTAGE,
    adjudication.Verdict.CORROBORATES: Verdict.CORROBORATES,
    adjudication.Verdict.CONFLICTS: Verdict.CONFLICTS,
    adjudication.Verdict.KNOWN: Verdict.KNOWN,
}


def of(ruling: adjudication.Ruling) -> Verdict:
    """Return the verdict a ruling means for somebody who is about to accept a line."""
    return _OF[ruling.verdict]
