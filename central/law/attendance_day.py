"""What makes a day of attendance, by the kind of agency a school belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.school import LeaKind
from central.law.errors import LawError
from central.law.minutes import minimum_day
from central.law.provision import number

_HOUR = 60


@dataclass(frozen=True, slots=True)
class ClassesOfDay:
    """In how many of a student's classes of one day a certificated person signed for what."""

    present: int
    absent: int

    def __post_init__(self) -> None:
        if self.present < 0 or self.absent < 0:
            msg = f"{self.present} classes present and {self.absent} absent is no day"
            raise LawError(msg)


def is_charter_day(classes: ClassesOfDay) -> bool:
    """Tell whether a charter student's day is attended: engaged in at least one required class.

    Charter schools have no minimum day of their own.

    Cites: 5 CCR 11960(a) (R-ADA-03).
    """
    return classes.present > 0


def is_district_day(classes: ClassesOfDay, grade: Grade, minutes_offered: int, on: date) -> bool:
    """Tell whether a day of a district's regular classes is attended.

    A student is present unless absent for the entire day; coming late or leaving early takes
    nothing away. The day itself must offer the grade at least its minimum day. Where nobody signed
    for any class, nothing shows that the student was not absent.

    Cites: EC 46010; EC 46010.3 (R-ADA-03).
    """
    is_absent_all_day = classes.present == 0
    return not is_absent_all_day and minutes_offered >= minimum_day(grade, on)


def is_attendance_day(
    kind: LeaKind, classes: ClassesOfDay, grade: Grade, minutes_offered: int, on: date
) -> bool:
    """Tell whether a day is attended, by the law of the kind of agency.

    Cites: 5 CCR 11960(a); EC 46010; EC 46010.3 (R-ADA-03).
    """
    if kind is LeaKind.CHARTER:
        return is_charter_day(classes)
    return is_district_day(classes, grade, minutes_offered, on)


def findings_on_minimum_day(grade: Grade, minutes_offered: int, on: date) -> tuple[Finding, ...]:
    """Report a day on which a district's school offered a grade less than the minimum day.

    Cites: EC 46010; EC 46112; EC 46113; EC 46117; EC 46141 (R-ADA-03, R-ADA-05).
    """
    least = minimum_day(grade, on)
    if minutes_offered >= least:
        return ()
    return (
        Finding(
            rule="R-ADA-03",
            citation="EC 46010",
            subject=f"grade {grade.value}",
            on=on,
            says=f"offered {minutes_offered} minutes; a district's day of attendance takes {least}",
            remedy="put the day on Form J-13A, or make it up",
            severity=Severity.BLOCKING,
        ),
    )


def continuation_hours(assigned: Fraction, attended: Fraction, on: date) -> Fraction:
    """Return the clock hours of one week that count for a student in continuation education.

    No more than were assigned, and no more than a week may hold.

    Raises LawError for fewer than no hours.

    Cites: EC 46170 (R-ADA-03).
    """
    if assigned < 0 or attended < 0:
        msg = f"{attended} of {assigned} hours is no week of continuation education"
        raise LawError(msg)
    return min(attended, assigned, Fraction(number("continuation_minutes_a_week", on), _HOUR))


def continuation_days(hours_by_week: Mapping[date, tuple[Fraction, Fraction]]) -> Fraction:
    """Turn clock hours of continuation education into days, exactly.

    `hours_by_week` holds for a date of each week the hours assigned and those attended. Hours above
    the most a week may hold are lost, not carried.

    Cites: EC 46170 (R-ADA-03).
    """
    return sum(
        (
            continuation_hours(assigned, attended, on) * _HOUR / number("continuation_minutes_a_day", on)
            for on, (assigned, attended) in hours_by_week.items()
        ),
        start=Fraction(0),
    )
