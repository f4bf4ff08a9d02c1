"""Take the students and staff of a roster into the records."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from central.exchange.oneroster.roster import Person
from central.exchange.problem import Problem
from central.store.models import School, Staff, Student, TeachingCredential
from central.work.upsert import pair, upsert

Row = TypeVar("Row", Student, Staff)


@dataclass(frozen=True, slots=True)
class People:
    """A school's students and staff by the roster's ids, those of earlier imports among them."""

    school: School
    students: dict[str, Student]
    staff: dict[str, Staff]


def problems(school: School, people: Sequence[Person]) -> list[Problem]:
    """Return who would take a number that somebody else in the records has."""
    students, staff = _students(people), _staff(people)
    return _taken(list(Student.objects.filter(school=school)), students) + _taken(
        list(Staff.objects.filter(school=school)), staff
    )


def write(school: School, people: Sequence[Person], changes: Counter[str]) -> People:
    """Add and change people; nobody is ever removed, since their history stays."""
    students, staff = _students(people), _staff(people)
    rows = list(Student.objects.filter(school=school))
    paired = pair(rows, {p.source_id: p.number for p in students}, _source_id, _number)
    written = upsert(Student, paired, {p.source_id: _student_fields(school, p) for p in students}, changes)
    employees = list(Staff.objects.filter(school=school))
    hired = pair(employees, {p.source_id: p.number for p in staff}, _source_id, _number)
    working = upsert(Staff, hired, {p.source_id: _staff_fields(school, p) for p in staff}, changes)
    _write_documents(school, staff, working, changes)
    return People(
        school,
        {row.source_id: row for row in rows if row.source_id} | written,
        {row.source_id: row for row in employees if row.source_id} | working,
    )


def _taken(rows: Sequence[Row], people: Sequence[Person]) -> list[Problem]:
    paired = pair(rows, {person.source_id: person.number for person in people}, _source_id, _number)
    holders = {row.number: row for row in rows}
    text = "somebody else in the records has this number; correct the number or the sourcedId"
    return [
        Problem(person.where, text, "identifier")
        for person in people
        if person.number in holders and paired.get(person.source_id) is not holders[person.number]
    ]


def _write_documents(
    school: School, staff: Iterable[Person], rows: dict[str, Staff], changes: Counter[str]
) -> None:
    wanted = {}
    for person in staff:
        for document in person.documents:
            fields = {
                "staff": rows[person.source_id],
                "document": document.name,
                "since": document.since,
                "until": document.until,
            }
            wanted[f"{rows[person.source_id].pk} {document.name} {document.since}"] = fields
    held = TeachingCredential.objects.filter(staff__school=school)
    existing = {f"{row.staff_id} {row.document} {row.since}": row for row in held.select_related("staff")}
    upsert(TeachingCredential, existing, wanted, changes)


def _student_fields(school: School, person: Person) -> dict[str, object]:
    fields = _fields(school, person)
    # A file without them does not say that they are unknown, or that nobody is called otherwise.
    if person.born_on:
        fields["birth_on"] = person.born_on
    if person.ssid:
        fields["ssid"] = person.ssid
    if person.preferred_name:
        fields["preferred_name"] = person.preferred_name
    return fields


def _staff_fields(school: School, person: Person) -> dict[str, object]:
    return _fields(school, person) | {"role": person.role}


def _fields(school: School, person: Person) -> dict[str, object]:
    return {
        "school": school,
        "number": person.number,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "source_id": person.source_id,
    }


def _students(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.is_student]


def _staff(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if not person.is_student]


def _source_id(row: Student | Staff) -> str:
    return row.source_id


def _number(row: Student | Staff) -> str:
    return row.number
