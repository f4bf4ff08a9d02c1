"""A class sheet as it is to be printed: whose, which days, who stands on it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from central.domain.calendar import monday_of
from central.domain.errors import DomainError
from central.domain.sheet_number import SheetCode

_WEEK = timedelta(days=6)


def week_of(on: date) -> tuple[date, date]:
    """Return the week of a date, Monday to Sunday."""
    return monday_of(on), monday_of(on) + _WEEK


@dataclass(frozen=True, slots=True)
class Listed:
    """A student on a sheet: the number, and the name as registers write it, "Last, First"."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A day the class is held, with the time of its meeting where it has one."""

    on: date
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True, slots=True)
class SheetClass:
    """The class a sheet is for, in the words its people know."""

    school_name: str
    code: str
    title: str
    room: str
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassSheet:
    """One sheet to be printed: its code, its class, the days held, the students in a register's order."""

    code: SheetCode
    of: SheetClass
    days: tuple[Held, ...]
    students: tuple[Listed, ...]
    printed_at: datetime
    """In the school's own time."""
    origin: str
    """Where it was printed from: the server, or a kit by its name."""
    is_week: bool = False

    def __post_init__(self) -> None:
        """Refuse a sheet of no day, and one of a day in a form for a week."""
        if not self.days or (len(self.days) > 1 and not self.is_week):
            msg = (
                f"a sheet of {self.code.section} is for one day or for a week, not for {len(self.days)} days"
            )
            raise DomainError(msg)

    def texts(self) -> list[str]:
        """Return every text of the records that stands on it."""
        of = self.of
        names = [text for each in self.students for text in (each.name, each.number)]
        return [of.school_name, of.code, of.title, of.room, *of.teachers, *names, self.origin]


@dataclass(frozen=True, slots=True)
class Place:
    """A student's time in a class, both ends included."""

    number: str
    name: str
    since: date
    until: date

    def holds(self, on: date) -> bool:
        """Tell whether the student is in the class on a date."""
        return self.since <= on <= self.until


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class over some time: the days it is held, and who is in it when."""

    of: SheetClass
    days: tuple[Held, ...]
    places: tuple[Place, ...]

    def held(self, first: date, last: date) -> tuple[Held, ...]:
        """Return the days held from one date to another."""
        return tuple(each for each in self.days if first <= each.on <= last)

    def listed(self, days: Iterable[Held]) -> tuple[Listed, ...]:
        """Return who is in the class on any of some days, in the order of a register."""
        dates = [each.on for each in days]
        here = {(each.name, each.number) for each in self.places if any(map(each.holds, dates))}
        return tuple(Listed(number, name) for name, number in sorted(here, key=_order))


@dataclass(frozen=True, slots=True)
class Printing:
    """One act of printing: whose school, from when to when, at what time, from where."""

    school: str
    first: date
    last: date
    printed_at: datetime
    origin: str
    is_week: bool = False

    def sheet(self, plan: ClassPlan, number: str) -> ClassSheet:
        """Return the sheet of a class under a number; raises DomainError where it is held on no day."""
        days = plan.held(self.first, self.last)
        if not days:
            msg = f"class {plan.of.code} is not held from {self.first} to {self.last}; it needs no sheet"
            raise DomainError(msg)
        code = SheetCode(self.school, plan.of.code, days[0].on, days[-1].on, number)
        students = plan.listed(days)
        return ClassSheet(code, plan.of, days, students, self.printed_at, self.origin, self.is_week)


def _order(named: tuple[str, str]) -> tuple[str, str, str]:
    """Put accented letters beside the plain ones, as people look for them."""
    name, number = named
    parts = unicodedata.normalize("NFKD", name.casefold()).replace("ł", "l").replace("đ", "d")
    return "".join(each for each in parts if not unicodedata.combining(each)), name, number
