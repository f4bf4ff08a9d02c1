"""The roster of a school year as OneRoster 1.1 or 1.2, which our own import takes back without a change."""

from collections.abc import Iterator
from datetime import date
from typing import Final, cast

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding
from central.errors import CentralError
from central.exchange.layout import Cells
from central.exchange.oneroster.writing import Version, write
from central.reports.exports.asking import Ask, worth_knowing
from central.store.models import Section, Staff, Student
from central.store.queries.roster_out import RosterHeld, Seat, roster_held
from central.work.exports import Made, OutFile

VERSIONS: Final = ("1.1", "1.2")
# What the records call a role, as the standard does; an extension where it has no word.
_ROLES: Final = {
    Staff.Role.TEACHER: "teacher",
    Staff.Role.PARAEDUCATOR: "aide",
    Staff.Role.ADMIN: "administrator",
    Staff.Role.LEADER: "ext:schoolLeader",
    Staff.Role.CLERK: "ext:attendanceClerk",
    Staff.Role.IT: "ext:it",
    Staff.Role.AUDITOR: "ext:auditor",
}
_GRADES: Final = {"TK": "TK", "K": "KG"}


def make(ask: Ask) -> Made:
    """Return the zip of everything; an import of it changes nothing here."""
    version = ask.version or VERSIONS[0]
    if version not in VERSIONS:
        msg = f"OneRoster {version} is not written; there are {', '.join(VERSIONS)}"
        raise CentralError(msg)
    held = roster_held(ask.year)
    names = _Names(ask, held)
    rows: dict[str, list[Cells]] = {
        "orgs": [_org(ask, names)],
        "academicSessions": list(_sessions(ask, held)),
        "courses": list(_courses(ask, held, names)),
        "classes": [_class(section, names) for section in held.sections],
        "users": [*_students(held, names), *_staff(held, names)],
        "demographics": [
            {"sourcedId": names.student[row.pk], "birthDate": row.birth_on.isoformat()}
            for row in held.students
            if row.birth_on
        ],
        "enrollments": [_seat(seat, names) for seat in held.seats],
    }
    if version == "1.2":
        rows["roles"] = list(_roles(rows["users"], names))
    data = write(cast("Version", version), rows, "Rollbook")
    count = len(held.seats)
    file = OutFile(ask.name(f"_{version}.zip"), data, count)
    return ask.made((file,) if held.sections else (), tuple(_notes(held)))


class _Names:
    """The ids of everything in the file: those of the last import, or made of the numbers people use."""

    def __init__(self, ask: Ask, held: RosterHeld) -> None:
        self.school = ask.school.source_id or ask.school.code
        self.year = f"year-{ask.year.name}"
        self.student = {row.pk: row.source_id or f"student-{row.number}" for row in held.students}
        self.staff = {row.pk: row.source_id or f"staff-{row.number}" for row in held.staff}
        self.section = {row.pk: row.source_id for row in held.sections}
        self.aides = {row.pk for row in held.staff if row.role == Staff.Role.PARAEDUCATOR}

    def user(self, seat: Seat) -> str:
        """Return whose seat it is."""
        return (self.student if seat.is_student else self.staff)[seat.holder]


def _org(ask: Ask, names: _Names) -> Cells:
    return {
        "sourcedId": names.school,
        "name": ask.school.name,
        "type": "school",
        "identifier": ask.school.code,
    }


def _sessions(ask: Ask, held: RosterHeld) -> Iterator[Cells]:
    """Yield the year, which by its June 30 says that end dates are last days, then every term."""
    year = Year(ask.year.name)
    yield _session(f"year-{year.name}", "schoolYear", (year.starts_on, year.ends_on), year)
    for dates in sorted({(section.since, section.until) for section in held.sections}):
        yield _session(_term(dates), "term", dates, year) | {"parentSourcedId": f"year-{year.name}"}


def _session(source_id: str, kind: str, dates: tuple[date, date], year: Year) -> dict[str, str]:
    since, until = (on.isoformat() for on in dates)
    told = {"sourcedId": source_id, "title": source_id, "type": kind, "startDate": since, "endDate": until}
    return {**told, "schoolYear": str(year.ends_on.year)}


def _term(dates: tuple[date, date]) -> str:
    return f"term-{dates[0]}-{dates[1]}"


def _courses(ask: Ask, held: RosterHeld, names: _Names) -> Iterator[Cells]:
    # The records keep no courses: each class is given for one of its own.
    for section in held.sections:
        yield {
            "sourcedId": f"course-{names.section[section.pk]}",
            "schoolYearSourcedId": f"year-{ask.year.name}",
            "title": section.title,
            "orgSourcedId": names.school,
        }


def _class(section: Section, names: _Names) -> Cells:
    return {
        "sourcedId": names.section[section.pk],
        "title": section.title,
        "courseSourcedId": f"course-{names.section[section.pk]}",
        "classCode": section.code,
        "classType": "scheduled",
        "location": section.room.name if section.room else "",
        "schoolSourcedId": names.school,
        "termSourcedIds": _term((section.since, section.until)),
        "periods": section.periods,
        "metadata.track": section.track.code if section.track else "",
    }


def _students(held: RosterHeld, names: _Names) -> Iterator[Cells]:
    for row in held.students:
        grade, programme = held.enrolled.get(row.pk, ("", ""))
        yield {
            **_person(row, names.student[row.pk], names),
            "role": "student",
            "grades": _GRADES.get(grade, grade.zfill(2) if grade else ""),
            "metadata.preferredName": row.preferred_name,
            "preferredGivenName": row.preferred_name,
            "metadata.ssid": row.ssid,
            "metadata.programme": programme,
        }


def _staff(held: RosterHeld, names: _Names) -> Iterator[Cells]:
    for row in held.staff:
        told = {**_person(row, names.staff[row.pk], names), "role": _ROLES[Staff.Role(row.role)]}
        if document := held.credentials.get(row.pk):
            told |= {
                "metadata.credential": document.document,
                "metadata.credentialBegin": document.since.isoformat(),
                "metadata.credentialEnd": document.until.isoformat(),
            }
        yield told


def _person(row: Student | Staff, source_id: str, names: _Names) -> dict[str, str]:
    return {
        "sourcedId": source_id,
        "enabledUser": "true",
        "orgSourcedIds": names.school,
        "primaryOrgSourcedId": names.school,
        "username": row.number,
        "givenName": row.given_name,
        "familyName": row.family_name,
        "identifier": row.number,
    }


def _seat(seat: Seat, names: _Names) -> Cells:
    role = "student" if seat.is_student else "aide" if seat.holder in names.aides else "teacher"
    return {
        "sourcedId": seat.source_id,
        "classSourcedId": names.section[seat.section],
        "schoolSourcedId": names.school,
        "userSourcedId": names.user(seat),
        "role": role,
        "primary": "" if seat.is_student else str(seat.is_primary).lower(),
        "beginDate": seat.since.isoformat(),
        "endDate": seat.until.isoformat() if seat.until else "",
    }


def _roles(users: list[Cells], names: _Names) -> Iterator[Cells]:
    for user in users:
        yield {
            "sourcedId": f"role-{user['sourcedId']}",
            "userSourcedId": user["sourcedId"],
            "roleType": "primary",
            "role": user["role"],
            "orgSourcedId": names.school,
        }


def _notes(held: RosterHeld) -> Iterator[Finding]:
    ids = [row.source_id for row in held.students] + [row.source_id for row in held.staff]
    if nameless := ids.count(""):
        says = f"{nameless} people have no id of another system, so the file gives them one"
        yield worth_knowing("people", says, "an import here keeps it; the second one changes nothing")
