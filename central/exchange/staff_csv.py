"""Published: staff, their certification documents and their classes as CSV, a row each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from central.exchange import table
from central.exchange.oneroster.roster import Document, EndDates, Person, Roster, Seat
from central.exchange.problem import Problem, refuse
from central.exchange.table import Columns, Row

_COLUMNS: Final = Columns(
    ("number", "familyName", "givenName", "role"),
    ("document", "documentBegin", "documentEnd", "class", "classBegin", "classEnd", "primary"),
    {"staffnumber": "number", "lastname": "familyName", "firstname": "givenName", "section": "class"},
)
ROLES: Final = ("teacher", "paraeducator", "clerk", "leader", "it", "admin", "auditor")
_IN_A_CLASS: Final = ("teacher", "paraeducator")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the records know: source ids of staff by number, of classes by code with their days."""

    staff: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, date]] = field(default_factory=dict)


def read(file: str, data: bytes, recorded: Recorded) -> Roster:
    """Return what a file says; somebody with two documents or classes has two rows.

    Raises InputError naming row and column of every problem.
    """
    problems: list[Problem] = []
    people: dict[str, Person] = {}
    seats: dict[tuple[str, str, date], Seat] = {}
    for row in table.read(file, data, _COLUMNS, problems):
        person = _person(row, recorded)
        before = people.setdefault(person.number, person)
        if replace(person, where=before.where, documents=before.documents) != before:
            row.problem(f"row {before.where.row} says something else of this person", "number")
        documents = dict.fromkeys((*before.documents, *person.documents))
        people[person.number] = replace(before, documents=tuple(documents))
        if seat := _seat(row, person, recorded):
            seats[person.source_id, seat.class_id, seat.since] = seat
    refuse(f"{file} is not taken in; nothing was written:", problems)
    return Roster(
        school_source_id="",
        version="",
        end_dates=EndDates.LAST_DAY,
        end_dates_because="",
        people=tuple(people.values()),
        classes=(),
        seats=tuple(seats.values()),
        partial=frozenset({"users", "classes", "enrollments"}),
        removed={},
        passed_over={},
    )


def _person(row: Row, recorded: Recorded) -> Person:
    number, role = row.needed("number", 40), row.needed("role").casefold()
    if role and role not in ROLES:
        row.problem(f"{role!r} is no role; write one of {', '.join(ROLES)}", "role")
    return Person(
        where=row.where,
        source_id=recorded.staff.get(number) or f"staff {number}",
        number=number,
        family_name=row.needed("familyName", 120),
        given_name=row.text("givenName", 120),
        role=role,
        documents=_documents(row),
    )


def _documents(row: Row) -> tuple[Document, ...]:
    name, since, until = row.text("document", 60), row.day("documentBegin"), row.day("documentEnd")
    if not name and not since and not until:
        return ()
    if not name or since is None or until is None:
        row.problem("a document needs its name, documentBegin and documentEnd", "document")
        return ()
    if until < since:
        row.problem(f"the document ends ({until}) before it begins ({since})", "documentEnd")
        return ()
    return (Document(name, since, until),)


def _seat(row: Row, person: Person, recorded: Recorded) -> Seat | None:
    code, since, until = row.text("class", 60), row.day("classBegin"), row.day("classEnd")
    if not code:
        return None
    if code not in recorded.classes:
        row.problem(f"there is no class {code!r} this school year; take the roster in first", "class")
        return None
    if person.role not in _IN_A_CLASS:
        row.problem("only a teacher or a paraeducator has a class", "class")
        return None
    class_id, first = recorded.classes[code]
    since = since or first
    if until and until < since:
        row.problem(f"the class ends for them ({until}) before it begins ({since})", "classEnd")
        return None
    is_primary = row.text("primary").casefold() not in {"no", "false", "0"}
    return Seat(
        where=row.where,
        source_id=f"{person.source_id} {class_id} {since}",
        class_id=class_id,
        person_id=person.source_id,
        is_student=False,
        is_primary=is_primary,
        since=since,
        until=until,
        is_id_its_own=False,
    )
