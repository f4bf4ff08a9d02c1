"""Who is a student, and who teaches, in the classes of a OneRoster file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.exchange.oneroster.people import ROLES, STUDENT
from central.exchange.oneroster.roster import ClassEntry, EndDates, Known, Person, Seat
from central.exchange.oneroster.sessions import last_day
from central.exchange.oneroster.tables import Tables
from central.exchange.table import Row

_LONGEST_TRACK: Final = 20
_IN_A_CLASS: Final = (STUDENT, "teacher", "paraeducator")


@dataclass(frozen=True, slots=True)
class Inside:
    """What the enrollments of a file may refer to."""

    tables: Tables
    people: Mapping[str, Person]
    classes: Mapping[str, ClassEntry]
    known: Known
    end_dates: EndDates

    def first_day(self, class_id: str) -> date | None:
        """Return the first day of a class in the file, or of one known that the file may leave out."""
        if class_id in self.classes:
            return self.classes[class_id].since
        dates = None if self.tables.is_whole("classes") else self.known.classes.get(class_id)
        return dates[0] if dates else None

    def has_person(self, person_id: str) -> bool:
        """Tell whether a user is in the file, or known and the file may leave them out."""
        if person_id in self.tables.of("users"):
            return True
        return not self.tables.is_whole("users") and person_id in self.known.people


def seats(inside: Inside) -> list[Seat]:
    """Return who is in the school's classes; references that lead nowhere are problems."""
    in_file = inside.tables.of("classes")
    found: list[Seat] = []
    taken: dict[tuple[str, str, date], Row] = {}
    for key, row in inside.tables.of("enrollments").items():
        class_id, person_id = row.needed("classSourcedId"), row.needed("userSourcedId")
        if class_id in in_file and class_id not in inside.classes:
            # A class of another school, or one with a problem of its own.
            continue
        first_day = inside.first_day(class_id)
        if first_day is None:
            row.problem(f"there is no class {class_id!r}", "classSourcedId")
        if not inside.has_person(person_id):
            row.problem(f"there is no user {person_id!r}", "userSourcedId")
        elif first_day and (seat := _seat(key, row, first_day, inside)):
            before = taken.setdefault((class_id, person_id, seat.since), row)
            if before is not row:
                row.problem(f"row {before.where.row} says the same of this user and class", "beginDate")
            found.append(seat)
    return found


def _seat(key: str, row: Row, first_day: date, inside: Inside) -> Seat | None:
    role = ROLES.get(row.text("role").casefold())
    if role not in _IN_A_CLASS:
        row.problem(f"{row.text('role')!r} is no role in a class; write student, teacher or aide", "role")
        return None
    if not _fits(row, inside, is_student=role == STUDENT):
        return None
    since, end = row.day("beginDate") or first_day, row.day("endDate")
    until = last_day(end, inside.end_dates) if end else None
    if until and until < since:
        row.problem(f"the enrollment ends ({end}) before it begins ({since})", "endDate")
        return None
    return Seat(
        where=row.where,
        source_id=key,
        class_id=row.text("classSourcedId"),
        person_id=row.text("userSourcedId"),
        is_student=role == STUDENT,
        is_primary=row.text("primary").casefold() != "false",
        since=since,
        until=until,
        track=row.text("metadata.track", _LONGEST_TRACK),
    )


def _fits(row: Row, inside: Inside, *, is_student: bool) -> bool:
    person_id = row.text("userSourcedId")
    person = inside.people.get(person_id)
    if person is None and person_id in inside.tables.of("users"):
        row.problem("the user has no role that is recorded; see users.csv or roles.csv", "userSourcedId")
        return False
    if person and person.is_student != is_student:
        row.problem(f"the user is a {person.role} and cannot be a {row.text('role')} here", "role")
        return False
    return True
