"""Write the made-up school as a OneRoster 1.1 bulk zip and its cards as a credentials file."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from demo import school
from demo.school import School
from demo.school_calendar import Year

_Row = Mapping[str, str]
_ABSENT = "categories classResources courseResources lineItems resources results".split()
_HEADERS = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds "
    "subjects subjectCodes periods metadata.track",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "demographics": "birthDate sex",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
    "orgs": "name type identifier parentSourcedId",
    "users": "enabledUser orgSourcedIds role username userIds givenName familyName middleName identifier "
    "email sms phone agentSourcedIds grades password metadata.programme metadata.credential "
    "metadata.credentialBegin metadata.credentialEnd",
}


def write(made_up: School, path: Path) -> None:
    """Write the zip at `path`: every file with its header, UTF-8 without a byte-order mark."""
    tables = {
        "academicSessions": _sessions(made_up.year),
        "classes": _classes(made_up),
        "courses": _courses(made_up),
        "demographics": _demographics(made_up),
        "enrollments": _enrollments(made_up),
        "orgs": [{"sourcedId": "s1", "name": school.NAME, "type": "school", "identifier": school.CODE}],
        "users": _users(made_up),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.csv", _table(["propertyName", "value"], _manifest()))
        for name, rows in tables.items():
            header = ["sourcedId", "status", "dateLastModified", *_HEADERS[name].split()]
            archive.writestr(f"{name}.csv", _table(header, rows))


def write_credentials(made_up: School, path: Path) -> None:
    """Write who holds which card, as a school's card office would hand it over."""
    rows = [
        {
            "studentNumber": student.number,
            "kind": student.card.kind,
            "value": student.card.value,
            "since": student.since.isoformat(),
        }
        for section in made_up.sections
        for student in section.students
    ]
    path.write_text(_table(list(rows[0]), rows), encoding="utf-8")


def _table(header: list[str], rows: Iterable[_Row]) -> str:
    """Return one CSV file's text; columns a row does not name stay empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _manifest() -> list[_Row]:
    """Return the manifest's lines."""
    properties = {
        "manifest.version": "1.0",
        "oneroster.version": "1.1",
        "source.systemName": "made-up school",
    }
    properties |= {f"file.{name}": "bulk" for name in _HEADERS} | {
        f"file.{name}": "absent" for name in _ABSENT
    }
    return [{"propertyName": name, "value": value} for name, value in properties.items()]


def _sessions(year: Year) -> list[_Row]:
    """Return the school year and its one term."""
    ends = {"schoolYear": str(year.last_day.year)}
    whole = {"sourcedId": f"sy{year.name}", "title": year.name, "type": "schoolYear"}
    term = {"sourcedId": f"t{year.name}", "title": "Whole year", "type": "term"}
    july, june = date(year.first_day.year, 7, 1), date(year.last_day.year, 6, 30)
    return [
        whole | ends | {"startDate": july.isoformat(), "endDate": june.isoformat()},
        term
        | ends
        | {"startDate": year.first_day.isoformat(), "endDate": year.last_day.isoformat()}
        | {"parentSourcedId": f"sy{year.name}"},
    ]


def _courses(made_up: School) -> list[_Row]:
    """Return the courses taught."""
    return [
        {
            "sourcedId": number,
            "schoolYearSourcedId": f"sy{made_up.year.name}",
            "title": title,
            "courseCode": title.split(maxsplit=1)[0][:3].upper(),
            "orgSourcedId": "s1",
        }
        for title, number in _numbered(made_up).items()
    ]


def _numbered(made_up: School) -> dict[str, str]:
    """Return the identifier of each course by its title."""
    titles = dict.fromkeys(section.title for section in made_up.sections)
    return {title: f"c{index}" for index, title in enumerate(titles)}


def _classes(made_up: School) -> Iterable[_Row]:
    """Yield the sections."""
    courses = _numbered(made_up)
    for section in made_up.sections:
        yield {
            "sourcedId": f"k{section.code}",
            "title": section.title,
            "courseSourcedId": courses[section.title],
            "classCode": section.code,
            "classType": "scheduled",
            "location": section.room,
            "schoolSourcedId": "s1",
            "termSourcedIds": f"t{made_up.year.name}",
            "periods": "1",
            "metadata.track": section.track.code,
        }


def _demographics(made_up: School) -> Iterable[_Row]:
    """Yield the students' birth dates."""
    for section in made_up.sections:
        for student in section.students:
            yield {"sourcedId": f"u{student.number}", "birthDate": student.birth_on.isoformat()}


def _users(made_up: School) -> Iterable[_Row]:
    """Yield the teachers with their credentials, then the students."""
    common = {"enabledUser": "true", "orgSourcedIds": "s1"}
    for teacher in (section.teacher for section in made_up.sections):
        yield common | {
            "sourcedId": f"t{teacher.number}",
            "role": "teacher",
            "username": f"t{teacher.number}",
            "givenName": teacher.given,
            "familyName": teacher.family,
            "identifier": teacher.number,
            "metadata.credential": f"ADULT-{teacher.number}",
            "metadata.credentialBegin": "2022-07-01",
            "metadata.credentialEnd": "2027-06-30",
        }
    for programme, student in (
        (found.programme, one) for found in made_up.sections for one in found.students
    ):
        yield common | {
            "sourcedId": f"u{student.number}",
            "role": "student",
            "username": f"s{student.number}",
            "givenName": student.given,
            "familyName": student.family,
            "identifier": student.number,
            "grades": student.grade,
            "metadata.programme": programme,
        }


def _enrollments(made_up: School) -> Iterable[_Row]:
    """Yield who teaches and who sits in each section, from when to when."""
    for section in made_up.sections:
        common = {"classSourcedId": f"k{section.code}", "schoolSourcedId": "s1"}
        yield common | {
            "sourcedId": f"e{section.code}-t",
            "userSourcedId": f"t{section.teacher.number}",
            "role": "teacher",
            "primary": "true",
            "beginDate": made_up.year.first_day.isoformat(),
        }
        for student in section.students:
            yield common | {
                "sourcedId": f"e{section.code}-{student.number}",
                "userSourcedId": f"u{student.number}",
                "role": "student",
                "beginDate": student.since.isoformat(),
                "endDate": student.until.isoformat() if student.until else "",
            }
