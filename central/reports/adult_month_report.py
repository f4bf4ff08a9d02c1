"""Published: the monthly report of adult classes: attendance and hours of each class and school month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from central.domain.calendar import SchoolMonth, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.errors import DomainError
from central.domain.finding import Finding, Severity
from central.law.adult_month import ClassMonth, class_months
from central.law.months import month_of, school_months
from central.reports.occasion import Occasion, occasion
from central.store.models import SchoolYear
from central.store.queries.adult_classes import AdultClass, adult_classes, class_days
from central.store.queries.calendars import track_calendars

TITLE: Final = "Adult classes, by school month"
ABOUT: Final = "Per class and school month: days, students, attendance and hours, for the administrator."
_RULE: Final = "R-REC-02"
_CITES: Final = "5 CCR 400-401"
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AdultMonths:
    """The months of the adult classes begun by a day; `ends` are the months' first and last days by track."""

    of: Occasion
    classes: Mapping[str, AdultClass]
    months: tuple[ClassMonth, ...]
    ends: Mapping[tuple[str, int], SchoolMonth]
    findings: tuple[Finding, ...]

    def window(self, of: ClassMonth) -> SchoolMonth:
        """Return the first and last day of a class's month."""
        track = self.classes[of.section].track
        return self.ends.get((track, of.month)) or next(
            month for (_, number), month in sorted(self.ends.items()) if number == of.month
        )


def report(year: SchoolYear, as_of: date, now: datetime) -> AdultMonths:
    """Return the months of the adult classes as decisions made by the end of a day left them.

    Adult classes are those in which somebody of a partnership programme (EC 47612.1) is placed. Taps
    and bell schedules are those known now. Raises CentralError as `occasion` does.
    """
    of = occasion(year, as_of, now)
    classes = adult_classes(year, of.until)
    calendars = _calendars(year)
    days = class_days(year, classes, of.until, of.before)
    numbers = {}
    for day in days:
        number = _number(calendars, classes[day.section].track, day.on)
        if number is not None:
            numbers[day.section, day.on] = number
    made = AdultMonths(
        of=of,
        classes=classes,
        months=class_months(days, numbers),
        ends={(code, month.number): month for code, months in calendars.items() for month in months},
        findings=(),
    )
    return replace(made, findings=tuple(_find(made)))


def _calendars(year: SchoolYear) -> dict[str, tuple[SchoolMonth, ...]]:
    every = track_calendars(year.school_id, Year(year.name))
    return {code: _months(calendar) for code, calendar in every.items() if calendar.days_taught}


def _months(calendar: TrackCalendar) -> tuple[SchoolMonth, ...]:
    try:
        return school_months(calendar)
    except DomainError:
        # A calendar without lawful months says so in every report that counts by them.
        return ()


def _number(calendars: Mapping[str, tuple[SchoolMonth, ...]], track: str, on: date) -> int | None:
    """Return the school month of a day on a track; a class of no track goes by the first that has one."""
    tracks = [track] if track else sorted(calendars)
    found = (month_of(on, calendars.get(code, ())) for code in tracks)
    return next((month.number for month in found if month is not None), None)


def _find(made: AdultMonths) -> Iterator[Finding]:
    if not made.classes:
        yield _finding(
            "the school",
            "nobody of a partnership programme (EC 47612.1) is placed in a class, so there are no adult "
            "classes to report",
            "if there are, correct the programme of their enrollments",
            Severity.NOTICE,
        )
    over = [each for each in made.months if made.window(each).ends_on <= made.of.as_of]
    waiting = sorted({each.section for each in over if each.uncertified})
    if waiting:
        yield _finding(
            _some(waiting),
            "records of a month that is over are not certified; they are in no days and no hours",
            "have the teacher certify them before the month is reported",
            Severity.WARNING,
        )
    without = sorted({each.section for each in made.months if each.without_bell})
    if without:
        yield _finding(
            _some(without),
            "students present on a weekday the bell schedule has no hours for; they are in the days and "
            "in no hours",
            "correct when the class meets, then make the report again",
            Severity.WARNING,
        )
    alone = sorted({each.section for each in made.months if not made.classes[each.section].teachers})
    if alone:
        yield _finding(
            _some(alone),
            "nobody is assigned to teach the class, so nobody can report it",
            "correct the assignment in the roster",
            Severity.WARNING,
        )


def _finding(subject: str, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding(_RULE, _CITES, subject, None, says, remedy, severity)


def _some(codes: list[str]) -> str:
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return f"{', '.join(codes[:_SHOWN])}{more}"
