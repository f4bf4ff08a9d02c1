"""Instructional minutes and days: what a school must offer, and what falling short costs."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from central.domain.calendar import SATURDAY
from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.minutes import DayMinutes, YearMinutes
from central.law.provision import number

_OLDEST = 12
_ANNUAL_MINUTES = (
    (0, "annual_minutes_kindergarten"),
    (3, "annual_minutes_grades_1_3"),
    (8, "annual_minutes_grades_4_8"),
    (_OLDEST, "annual_minutes_grades_9_12"),
)
_MINIMUM_DAY = (
    (0, "minimum_day_kindergarten"),
    (3, "minimum_day_grades_1_3"),
    (8, "minimum_day_grades_4_8"),
    (_OLDEST, "minimum_day_grades_9_12"),
)


def minutes_required(grade: Grade, on: date) -> int:
    """Return the minutes of instruction a charter school must offer a grade in a year.

    Cites: EC 47612.5(a)(1) (R-MIN-01).
    """
    return number(_name(_ANNUAL_MINUTES, grade), on)


def minimum_day(grade: Grade, on: date) -> int:
    """Return the minutes of a grade's minimum day, for districts and for attendance recovery.

    Charter schools have no minimum day of their own.

    Cites: EC 46112; EC 46113; EC 46117; EC 46141 (R-ADA-05).
    """
    return number(_name(_MINIMUM_DAY, grade), on)


def minutes_of_the_year(days: Iterable[DayMinutes]) -> tuple[YearMinutes, ...]:
    """Add up the minutes each track offers each grade, by track and grade.

    Weekend classes are left out: pupils choose whether to come, so their minutes are offered to nobody
    in particular. What was not said of a day's site or requirement is kept apart, never guessed.

    Cites: EC 47612.5(a)(1); EC 37223(c) (R-MIN-01, R-CAL-04).
    """
    kept: dict[tuple[str, Grade], list[DayMinutes]] = {}
    for day in days:
        if day.on.weekday() < SATURDAY:
            kept.setdefault((day.track, day.grade), []).append(day)
    order = {grade: index for index, grade in enumerate(Grade)}
    return tuple(
        YearMinutes(
            track=track,
            grade=grade,
            days=len({day.on for day in same}),
            offered=sum(day.offered for day in same),
            on_site=sum(day.on_site or 0 for day in same),
            required=sum(day.required or 0 for day in same),
            site_not_said=sum(day.offered for day in same if day.on_site is None),
            requirement_not_said=sum(day.offered for day in same if day.required is None),
        )
        for (track, grade), same in sorted(kept.items(), key=lambda row: (row[0][0], order[row[0][1]]))
    )


def minutes_shortfall(grade: Grade, offered: int, on: date) -> Fraction:
    """Return the share of a grade's apportionment lost for minutes not offered, exactly.

    `offered` counts the minutes of the year, with those the state credited for closed days.

    Cites: EC 47612.5(c) (R-MIN-02).
    """
    required = minutes_required(grade, on)
    return Fraction(max(required - offered, 0), required)


def days_shortfall(days_taught: int, on: date) -> Fraction:
    """Return the share of a charter school's apportionment lost for days not taught, exactly.

    Cites: 5 CCR 11960(b) (R-DAY-01).
    """
    required = number("days_for_full_funding", on)
    return Fraction(max(required - days_taught, 0), required)


def withheld(apportionment: int | Decimal | Fraction, share: Fraction) -> Fraction:
    """Return the dollars a shortfall costs, exactly; the report rounds them to cents.

    Cites: EC 47612.5(c); 5 CCR 11960(b) (R-MIN-02, R-DAY-01).
    """
    return Fraction(apportionment) * share


def findings_on_minutes(grade: Grade, offered: int, on: date) -> tuple[Finding, ...]:
    """Report a grade that was offered too few minutes.

    Cites: EC 47612.5(a)(1) (R-MIN-01).
    """
    required = minutes_required(grade, on)
    if offered >= required:
        return ()
    return (
        Finding(
            rule="R-MIN-01",
            citation="EC 47612.5(a)(1)",
            subject=f"grade {grade.value}",
            on=None,
            says=f"{offered} minutes are offered; {required} are required",
            remedy="lengthen days or add days before the year ends",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_days(school: str, days_taught: int, on: date) -> tuple[Finding, ...]:
    """Report a charter school taught on too few days to keep its whole apportionment.

    Cites: 5 CCR 11960(b) (R-DAY-01).
    """
    required = number("days_for_full_funding", on)
    if days_taught >= required:
        return ()
    return (
        Finding(
            rule="R-DAY-01",
            citation="5 CCR 11960(b)",
            subject=school,
            on=None,
            says=f"taught on {days_taught} days; below {required} the apportionment is cut",
            remedy="add school days, or ask for credit of closed days on Form J-13A",
            severity=Severity.BLOCKING,
        ),
    )


def _name(names: tuple[tuple[int, str], ...], grade: Grade) -> str:
    return next(name for last, name in names if grade.level <= last)
