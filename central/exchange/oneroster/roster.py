"""Published: what one OneRoster file says about one school, checked in itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from central.exchange.problem import Where


class EndDates(StrEnum):
    """How an end date is meant: as the last day, or (the standard's text) as the day after it."""

    LAST_DAY = "last-day"
    DAY_AFTER = "day-after"


@dataclass(frozen=True, slots=True)
class SchoolSought:
    """How the installation's school may be recognised among the orgs of a file."""

    code: str
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier imports brought, so that a delta may refer to it: roles and dates of classes, by id."""

    people: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[date, date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A certification document of a member of staff."""

    name: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Person:
    """A student, or a member of staff; `role` is "student" or one of the records' staff roles.

    What names a person stays out of its repr, and so out of logs.
    """

    where: Where
    source_id: str = field(repr=False)
    number: str = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    role: str
    grade: str = ""
    programme: str = ""
    born_on: date | None = field(default=None, repr=False)
    preferred_name: str = field(default="", repr=False)
    ssid: str = field(default="", repr=False)
    documents: tuple[Document, ...] = ()

    @property
    def is_student(self) -> bool:
        """Tell students from staff."""
        return self.role == "student"


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class section and the dates of its terms; `track` is empty where the file names none."""

    where: Where
    source_id: str
    title: str
    code: str
    room: str
    track: str
    periods: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's time in a class, as student or as staff."""

    where: Where
    source_id: str
    class_id: str
    person_id: str
    is_student: bool
    is_primary: bool
    since: date
    until: date | None
    track: str = ""
    is_id_its_own: bool = True
    """Whether the source id is the exporting system's; one made here never takes the place of another."""


@dataclass(frozen=True, slots=True)
class Roster:
    """One school's part of a file.

    `partial` names the files that hold changes only; where a file is not among them, what it does
    not mention any more has ended. `removed` are ids marked for deletion, by file. `passed_over`
    counts rows of other schools and of roles that are not recorded.
    """

    school_source_id: str
    version: str
    end_dates: EndDates
    end_dates_because: str
    people: tuple[Person, ...]
    classes: tuple[ClassEntry, ...]
    seats: tuple[Seat, ...]
    partial: frozenset[str]
    removed: Mapping[str, frozenset[str]]
    passed_over: Mapping[str, int]
    newest_change_at: datetime | None = None
    notes: tuple[str, ...] = ()
