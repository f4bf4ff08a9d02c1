"""The monthly report of adult classes: days, students, attendance and hours of each class."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

_MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class ClassDay:
    """One student's record of one class and day.

    `bell_minutes` is how long the class is scheduled for, `seat_minutes` the time between the first and
    the last tap; each None where it is not known.
    """

    section: str
    student: str
    on: date
    is_present: bool
    is_certified: bool
    bell_minutes: int | None
    seat_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMonth:
    """One class in one school month; the days and minutes are of students certified present."""

    section: str
    month: int
    days: int
    students: int
    present: int
    absent: int
    uncertified: int
    minutes: int
    """By the bell schedule, of every student certified present."""
    without_bell: int
    """Present student-days the schedule has no minutes for; they are in no minutes."""
    proven: int
    """Student-days with a tap when coming and another when going."""
    proven_minutes: int

    @property
    def hours(self) -> Fraction:
        """The hours attended by the bell schedule."""
        return Fraction(self.minutes, _MINUTES_AN_HOUR)

    @property
    def proven_hours(self) -> Fraction:
        """The hours between first and last taps, never more than the class was scheduled for."""
        return Fraction(self.proven_minutes, _MINUTES_AN_HOUR)


def class_months(days: Iterable[ClassDay], months: Mapping[tuple[str, date], int]) -> tuple[ClassMonth, ...]:
    """Return each class's months in order, by class; `months` give the school month of a class's day.

    Only a record a certificated person stands behind is attendance; the others are told apart. A day
    outside every school month is in none. Seat time counts up to the length of the class.

    Cites: 5 CCR 400-401: adult classes report to the supervising administrator at least once each
    school month (R-REC-02).
    """
    found: defaultdict[tuple[str, int], list[ClassDay]] = defaultdict(list)
    for day in days:
        month = months.get((day.section, day.on))
        if month is not None:
            found[day.section, month].append(day)
    return tuple(_month(section, month, held) for (section, month), held in sorted(found.items()))


def _month(section: str, month: int, days: list[ClassDay]) -> ClassMonth:
    marks = Counter(_mark(day) for day in days)
    present = [day for day in days if day.is_certified and day.is_present]
    seats = list(_seats(present))
    return ClassMonth(
        section=section,
        month=month,
        days=len({day.on for day in days}),
        students=len({day.student for day in days}),
        present=marks["present"],
        absent=marks["absent"],
        uncertified=marks["uncertified"],
        minutes=sum(day.bell_minutes or 0 for day in present),
        without_bell=sum(day.bell_minutes is None for day in present),
        proven=len(seats),
        proven_minutes=sum(seats),
    )


def _mark(day: ClassDay) -> str:
    if not day.is_certified:
        return "uncertified"
    return "present" if day.is_present else "absent"


def _seats(days: Iterable[ClassDay]) -> Iterator[int]:
    for day in days:
        if day.seat_minutes is not None:
            most = day.seat_minutes if day.bell_minutes is None else day.bell_minutes
            yield min(day.seat_minutes, most)
