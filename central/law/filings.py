"""What a school files in a year, with whom, and by which day, as far as the law's texts we read say so."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.domain.calendar import SchoolMonth, SchoolYear
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.errors import LawError
from central.law.periods import due_on


class Paper(StrEnum):
    """What is filed; its value is what a person calls it."""

    P1 = "P-1 attendance"
    P2 = "P-2 attendance"
    ANNUAL = "Annual attendance"
    MONTHLY = "monthly attendance report"
    ADULT_MONTH = "report of adult classes"
    J13A = "Form J-13A"
    STATE_DATA = "CALPADS end of year, absence summary"
    AUDIT = "independent audit of the year"
    DETERMINATION = "funding determination, if nonclassroom-based"


@dataclass(frozen=True, slots=True)
class Filing:
    """One paper of a year; `due` is None where no text we read gives a day, and `says` what is known."""

    paper: Paper
    to: str
    due: date | None
    citation: str
    says: str = ""
    part: str = ""
    """Which month it is of, where there is one for each."""
    part_ends: date | None = None
    """The last day of that month."""


_PERIODS = {Paper.P1: PeriodKind.P1, Paper.P2: PeriodKind.P2, Paper.ANNUAL: PeriodKind.ANNUAL}
_UNREAD = "the due dates of this year were not read; ask your county"
_ASK = "no text we read gives a day; ask your county"


def filings(
    year: SchoolYear, lea: LeaKind, months: Collection[tuple[str, SchoolMonth]], *, has_adults: bool
) -> tuple[Filing, ...]:
    """Return what is filed of a school year; `months` are each track's school months by the track's code.

    Where there are adult classes, they report each month. A charter school's attendance goes to its
    authorizer, who asks for it before the department's day. A day nobody read is None, never a guess.

    Cites: EC 41601; the department's due dates; 5 CCR 400-401; EC 46392; agreements with
    authorizers (R-CAL-03, R-REC-02, R-EMG-01, R-MON-01).
    """
    return (*_of_periods(year, lea), *_of_months(months, has_adults=has_adults), *_without_a_day())


def _of_periods(year: SchoolYear, lea: LeaKind) -> Iterator[Filing]:
    for paper, kind in _PERIODS.items():
        cites = "EC 41601; the department's due dates (R-CAL-03)"
        if lea is LeaKind.CHARTER:
            says = "a week before the department's day, as agreements with authorizers ask; read your own"
            yield _period(paper, "authorizer", _due(kind, year, lea), cites, says)
        yield _period(paper, "Department of Education", _due(kind, year, LeaKind.DISTRICT), cites, "")


def _period(paper: Paper, to: str, due: date | None, cites: str, says: str) -> Filing:
    return Filing(paper, to, due, cites, says if due else _UNREAD)


def _due(kind: PeriodKind, year: SchoolYear, lea: LeaKind) -> date | None:
    try:
        return due_on(kind, year, lea)
    except LawError:
        return None


def _of_months(months: Collection[tuple[str, SchoolMonth]], *, has_adults: bool) -> Iterator[Filing]:
    for track, month in sorted(months, key=lambda one: (one[1].ends_on, one[0])):
        part = f"month {month.number}, track {track}"
        yield Filing(
            Paper.MONTHLY,
            "authorizer",
            None,
            "agreement with the authorizer (R-MON-01)",
            "your agreement says how many days after the month",
            part,
            month.ends_on,
        )
        if has_adults:
            yield Filing(
                Paper.ADULT_MONTH,
                "supervising administrator",
                month.ends_on,
                "5 CCR 400-401 (R-REC-02)",
                "at least once each school month",
                part,
                month.ends_on,
            )


def _without_a_day() -> Iterator[Filing]:
    state = "Department of Education"
    yield Filing(
        Paper.J13A,
        state,
        None,
        "EC 41422; EC 46392; 5 CCR 428 (R-EMG-01)",
        "no deadline is set; it is filed after the event",
    )
    yield Filing(Paper.STATE_DATA, state, None, "EC 60901; state data dictionary (R-CHR-02)", _ASK)
    yield Filing(Paper.AUDIT, "county, authorizer and state", None, "5 CCR 16022-16027 (R-RET-01)", _ASK)
    yield Filing(
        Paper.DETERMINATION,
        "State Board of Education",
        None,
        "5 CCR 11963.4 (R-NCB-03)",
        f"only where less than 80 percent is classroom-based; {_ASK}",
    )
