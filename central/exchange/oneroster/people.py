"""The students and staff of one school in a OneRoster file."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from central.domain.enrolment import Grade, Programme
from central.exchange.oneroster.roster import Document, Known, Person
from central.exchange.oneroster.tables import Tables
from central.exchange.table import Row

STUDENT: Final = "student"
# The standard's roles, and the extensions schools need, as the records name them.
ROLES: Final[Mapping[str, str]] = {
    "student": STUDENT,
    "teacher": "teacher",
    "aide": "paraeducator",
    "administrator": "admin",
    "siteadministrator": "admin",
    "districtadministrator": "admin",
    "principal": "leader",
    "systemadministrator": "it",
    "ext:attendanceclerk": "clerk",
    "ext:paraeducator": "paraeducator",
    "ext:schoolleader": "leader",
    "ext:it": "it",
    "ext:auditor": "auditor",
}
_GRADES: Final[Mapping[str, str]] = {"kg": "K", "kindergarten": "K"} | {
    grade.value.casefold(): grade.value for grade in Grade
}
_SSID: Final = re.compile(r"[0-9]{10}")
_LONGEST_NUMBER: Final = 40
_LONGEST_NAME: Final = 120
_LONGEST_DOCUMENT: Final = 60


def people(
    tables: Tables, school: str, seated: AbstractSet[str], known: Known, passed_over: dict[str, int]
) -> dict[str, Person]:
    """Return those to be recorded, by sourcedId: the school's own, and whoever is `seated` in its classes.

    Families, people of other schools and unknown roles are counted in `passed_over`. Whoever is known
    keeps the known role where a file of changes says none.
    """
    roles = _roles_by_roles_file(tables, school, seated)
    if "roles" not in tables.rows:
        roles = _roles_by_users_file(tables, school, seated)
    found: dict[str, Person] = {}
    numbers: dict[tuple[bool, str], Row] = {}
    for key, row in tables.of("users").items():
        given = roles.get(key)
        role = ROLES.get(given or "") or ("" if given or not tables.partial else known.people.get(key, ""))
        if given is None and not role:
            _count(passed_over, "users of other schools")
        elif not role:
            _count(passed_over, f"users with the role {given}")
        else:
            person = _person(tables, key, row, role)
            _require_unique(person, row, numbers)
            found[key] = person
    return found


def _roles_by_users_file(tables: Tables, school: str, seated: AbstractSet[str]) -> dict[str, str]:
    """Return each user's role as 1.1 says it. A user without orgs can only be of this school."""
    return {
        key: row.text("role").casefold()
        for key, row in tables.of("users").items()
        if key in seated or not (orgs := _parts(row.text("orgSourcedIds"))) or school in orgs
    }


def _roles_by_roles_file(tables: Tables, school: str, seated: AbstractSet[str]) -> dict[str, str]:
    """Return each user's role as 1.2 says it: one here goes before one elsewhere, a primary before others."""
    best: dict[str, tuple[bool, bool, str]] = {}
    for row in tables.of("roles").values():
        user, is_here = row.text("userSourcedId"), row.text("orgSourcedId") == school
        if user not in tables.of("users") and "users" not in tables.partial:
            row.problem(f"there is no user {user!r}", "userSourcedId")
        elif is_here or user in seated:
            rank = (is_here, row.text("roleType").casefold() == "primary", row.text("role").casefold())
            best[user] = max(best.get(user, rank), rank)
    return {user: role for user, (_, _, role) in best.items()}


def _person(tables: Tables, key: str, row: Row, role: str) -> Person:
    is_student = role == STUDENT
    birth = tables.of("demographics").get(key)
    return Person(
        where=row.where,
        source_id=key,
        number=row.needed("identifier", _LONGEST_NUMBER),
        family_name=row.needed("familyName", _LONGEST_NAME),
        given_name=row.text("givenName", _LONGEST_NAME),
        role=role,
        grade=_grade(row) if is_student else "",
        programme=programme(row) if is_student else "",
        born_on=birth.day("birthDate") if birth else None,
        preferred_name=row.text("preferredFirstName", _LONGEST_NAME) if is_student else "",
        ssid=ssid(row, "metadata.ssid") if is_student else "",
        documents=() if is_student else _documents(row),
    )


def ssid(row: Row, column: str) -> str:
    """Return the state's number of a student; anything but ten digits is a problem."""
    value = row.text(column)
    if value and not _SSID.fullmatch(value):
        row.problem("an SSID has ten digits; look whether a leading zero was lost", column)
        return ""
    return value


def _require_unique(person: Person, row: Row, numbers: dict[tuple[bool, str], Row]) -> None:
    taken = (person.is_student, person.number)
    if not person.number:
        return
    if taken in numbers:
        row.problem(f"row {numbers[taken].where.row} has this number already", "identifier")
    numbers.setdefault(taken, row)


def _grade(row: Row) -> str:
    values = _parts(row.text("grades"))
    if not values:
        return ""
    grade = _GRADES.get(values[0].casefold().lstrip("0"))
    if len(values) > 1 or grade is None:
        allowed = "TK, KG, 01 to 12"
        row.problem(f"{row.text('grades')!r} is not one grade; write one of {allowed}", "grades")
        return ""
    return grade


def programme(row: Row) -> str:
    """Return the programme a row names, or nothing; an unknown one is a problem."""
    value = row.text("metadata.programme").upper().removeprefix("EC").strip()
    if value and value not in set(Programme):
        row.problem(f"{value!r} is no programme; write 47612 or 47612.1", "metadata.programme")
        return ""
    return value


def _documents(row: Row) -> tuple[Document, ...]:
    name = row.text("metadata.credential", _LONGEST_DOCUMENT)
    since, until = row.day("metadata.credentialBegin"), row.day("metadata.credentialEnd")
    if not name:
        if since or until:
            row.problem("the document's name is missing beside its dates", "metadata.credential")
        return ()
    if since is None or until is None:
        row.problem(
            "a document needs metadata.credentialBegin and metadata.credentialEnd", "metadata.credential"
        )
        return ()
    if until < since:
        row.problem(f"the document ends ({until}) before it begins ({since})", "metadata.credentialEnd")
        return ()
    return (Document(name, since, until),)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _count(counts: dict[str, int], what: str) -> None:
    counts[what] = counts.get(what, 0) + 1
