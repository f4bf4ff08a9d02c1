"""One student: who they are, what was true of them when, and how they are addressed."""

from datetime import date

from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status

from central.store.models import Enrollment, Placement, Student
from central.store.queries.student_search import students_seen_by
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Form, Text
from central.work import preferred_name
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen, note

PAGES = ("student",)


class KnownEnrollment(Schema):
    """A time a student was enrolled: year, track, grade and programme."""

    year: str
    track: str
    grade: str
    programme: str
    since: date
    until: date | None


class KnownPlacement(Schema):
    """A time a student had a place in a class."""

    class_code: str
    since: date
    until: date | None


class StudentDetail(Schema):
    """A student; the birth date is told to those who may read eligibility, and null for others."""

    number: str
    family_name: str
    given_name: str
    preferred_name: str
    born_on: date | None
    enrollments: list[KnownEnrollment]
    placements: list[KnownPlacement]


class NamePreferred(Form):
    """How a student is addressed; nothing for the legal name."""

    preferred_name: Text


def student(request: Asked, number: Code) -> StudentDetail:
    """Show who a student is and what was true of them when."""
    person = _found(request, number)
    note(request.auth.staff, Seen("api student", student=person), clock.now())
    return _detail(request, person)


def prefer(request: Asked, number: Code, form: NamePreferred) -> Status[StudentDetail]:
    """Keep how a student is addressed; registers and reports go on with the legal name."""
    person = _found(request, number)
    preferred_name.prefer(person, form.preferred_name, request.auth.staff, clock.now())
    return Status(201, _detail(request, person))


def _found(request: Asked, number: str) -> Student:
    return get_object_or_404(students_seen_by(request.auth.staff), number=number)


def _detail(request: Asked, person: Student) -> StudentDetail:
    enrolled = Enrollment.objects.filter(student=person).select_related("track__school_year")
    placed = Placement.objects.filter(student=person).select_related("section")
    sees_birth = may(request.auth.staff, Tool.ELIGIBILITY, Right.READ)
    return StudentDetail(
        number=person.number,
        family_name=person.family_name,
        given_name=person.given_name,
        preferred_name=person.preferred_name,
        born_on=person.birth_on if sees_birth else None,
        enrollments=[_enrollment(row) for row in enrolled.order_by("-since")],
        placements=[
            KnownPlacement(class_code=row.section.code, since=row.since, until=row.until)
            for row in placed.order_by("-since", "section__code")
        ],
    )


def _enrollment(row: Enrollment) -> KnownEnrollment:
    return KnownEnrollment(
        year=row.track.school_year.name,
        track=row.track.code,
        grade=row.grade,
        programme=row.programme,
        since=row.since,
        until=row.until,
    )


OPERATIONS = (
    Operation("student", "GET", "/students/{number}", student, StudentDetail, Tool.STUDENTS),
    Operation(
        "preferName",
        "POST",
        "/students/{number}/preferred-name",
        prefer,
        StudentDetail,
        Tool.STUDENTS,
        Right.WRITE,
    ),
)
