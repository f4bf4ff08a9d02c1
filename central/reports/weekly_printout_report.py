"""Published: the week's records of every class, to be signed and dated by hand by its teacher."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from central.domain.calendar import monday_of
from central.domain.finding import Finding, Severity
from central.reports.occasion import Occasion, occasion
from central.store.models import SchoolYear
from central.store.queries.week_rolls import ClassRoll, class_rolls

TITLE: Final = "The week, to be signed by hand"
ABOUT: Final = "Per teacher and class the week's records, for a school without electronic certification."
NAMES_STUDENTS: Final = True
"""Whoever opens it sees names: a teacher signs for people."""
_RULE: Final = "R-REC-03"
_CITES: Final = "CDE letter of August 3, 2009 on electronic attendance"
_WEEK: Final = timedelta(days=6)
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPrintout:
    """The classes held from a Monday to its Sunday."""

    of: Occasion
    since: date
    until: date
    classes: tuple[ClassRoll, ...]
    findings: tuple[Finding, ...]


def report(year: SchoolYear, as_of: date, now: datetime) -> WeeklyPrintout:
    """Return the week that holds a day, as decisions made by the end of the day left it.

    Raises CentralError as `occasion` does.
    """
    of = occasion(year, as_of, now)
    since = monday_of(as_of)
    until = since + _WEEK
    classes = tuple(class_rolls(year, since, until, of.before))
    made = WeeklyPrintout(of=of, since=since, until=until, classes=classes, findings=())
    return replace(made, findings=tuple(_find(made)))


def _find(made: WeeklyPrintout) -> Iterator[Finding]:
    over = max((roll.days[-1] for roll in made.classes), default=made.since)
    if made.of.as_of < over:
        yield _finding(
            f"week of {made.since}",
            f"the week is not over: classes are held until {over}",
            f"print it as of {over} or later, and have that one signed",
            Severity.NOTICE,
        )
    without = [roll.code for roll in made.classes if not roll.teachers]
    if without:
        yield _finding(
            _some(without),
            "nobody is assigned to teach the class, so nobody can sign",
            "correct the assignment in the roster",
            Severity.WARNING,
        )
    empty = [
        roll.code
        for roll in made.classes
        if any(sign == "" for line in roll.lines for sign in _past(roll, line.signs, made.of.as_of))
    ]
    if empty:
        yield _finding(
            _some(empty),
            "students without a record on a day the class was held; their place in the grid is empty",
            "have the teacher say who was there before signing",
            Severity.WARNING,
        )
    waiting = [
        roll.code
        for roll in made.classes
        if any(sign and sign.startswith("(") for line in roll.lines for sign in line.signs)
    ]
    if waiting:
        yield _finding(
            _some(waiting),
            "records in brackets: nobody certificated stands behind them yet",
            "have the teacher certify the class, then print the week again",
            Severity.WARNING,
        )


def _past(roll: ClassRoll, signs: tuple[str | None, ...], as_of: date) -> Iterator[str | None]:
    return (sign for on, sign in zip(roll.days, signs, strict=True) if on <= as_of)


def _finding(subject: str, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding(_RULE, _CITES, subject, None, says, remedy, severity)


def _some(codes: list[str]) -> str:
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return f"{', '.join(codes[:_SHOWN])}{more}"
