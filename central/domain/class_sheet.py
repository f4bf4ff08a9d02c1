"""A class sheet as it is to be printed: whose, which days, who stands on it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from central.domain.errors import DomainError
from central.domain.sheet_number import SheetCode


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
