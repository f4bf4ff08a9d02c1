"""The students, the records of one with every decision on them, and who looked at them."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Schema

from central.store.models import AttendanceRecord, Decision, Staff, Student
from central.store.queries.viewings import Look, viewings_of
from central.web import clock
from central.web.access import is_bound_to_classes, sections_seen_by, students_seen_by
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, DayOrNone, Offset, Text
from central.work.tool_rights import Tool
from central.work.viewings import Seen, note

PAGES = ("students", "student", "student-history")


class KnownStudent(Schema):
    """A student of the school."""

    number: str
    family_name: str
    given_name: str
    preferred_name: str


class KnownStudents(Schema):
    """Some students in the order of a register, and how many there are."""

    count: int
    students: list[KnownStudent]


class Step(Schema):
    """One step of a record: who, when, why."""

    stage_from: str
    stage_to: str
    mark: str
    by: str
    at: datetime
    signed_with: str
    reason: str


class StudentRecord(Schema):
    """One class's record of a day with its whole history."""

    id: str
    on: date
    class_code: str
    mark: str
    stage: str
    source: str
    decisions: list[Step]


class StudentRecords(Schema):
    """Some records of a student, newest first, and how many there are."""

    student: str
    count: int
    records: list[StudentRecord]


class OneLook(Schema):
    """One look at what names a student."""

    at: datetime
    by: str
    page: str
    at_what: str


class Looks(Schema):
    """Some looks at a student, newest first, and how many there are."""

    student: str
    count: int
    looks: list[OneLook]


def students(request: Asked, search: Text = "", offset: Offset = 0) -> KnownStudents:
    """List the students one may look at, by name; `search` narrows to a number or a part of a name."""
    rows = _seen(request.auth.staff)
    if search.strip():
        of_name = Q(family_name__icontains=search.strip()) | Q(given_name__icontains=search.strip())
        rows = rows.filter(of_name | Q(number=search.strip()))
    note(request.auth.staff, Seen("api students"), clock.now())
    rows = rows.order_by("family_name", "given_name", "number")
    return KnownStudents(
        count=rows.count(),
        students=[
            KnownStudent(
                number=one.number,
                family_name=one.family_name,
                given_name=one.given_name,
                preferred_name=one.preferred_name,
            )
            for one in rows[offset : offset + MOST]
        ],
    )


def records(
    request: Asked, number: Code, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> StudentRecords:
    """Show a student's records with every decision on them, newest first."""
    student = seen_student(request, number, "api records")
    rows = AttendanceRecord.objects.filter(student=student)
    if is_bound_to_classes(request.auth.staff):
        rows = rows.filter(section__in=sections_seen_by(request.auth.staff, clock.today(student.school)))
    rows = rows.filter(on__gte=since) if since else rows
    rows = rows.filter(on__lte=until) if until else rows
    page = rows.select_related("section").prefetch_related("decisions__by").order_by("-on", "section__code")
    return StudentRecords(
        student=student.number,
        count=rows.count(),
        records=[_record(row) for row in page[offset : offset + MOST]],
    )


def viewings(
    request: Asked, number: Code, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> Looks:
    """Show who looked at a student, newest first."""
    student = seen_student(request, number, "api viewings")
    found = viewings_of(student, since, until)
    return Looks(
        student=student.number,
        count=len(found),
        looks=[_look(one) for one in found[offset : offset + MOST]],
    )


def seen_student(request: Asked, number: str, page: str) -> Student:
    """Return a student one may look at, and note that one did."""
    student = get_object_or_404(_seen(request.auth.staff), number=number)
    note(request.auth.staff, Seen(page, student=student), clock.now())
    return student


def _seen(staff: Staff) -> QuerySet[Student]:
    """Return the students somebody may look at: of the own classes, where that is all one sees."""
    if is_bound_to_classes(staff):
        return students_seen_by(staff, clock.today(staff.school))
    return Student.objects.filter(school=staff.school)


def _record(row: AttendanceRecord) -> StudentRecord:
    return StudentRecord(
        id=str(row.pk),
        on=row.on,
        class_code=row.section.code,
        mark=row.mark,
        stage=row.stage,
        source=row.source,
        decisions=[step_of(each) for each in sorted(row.decisions.all(), key=lambda each: each.pk)],
    )


def step_of(decision: Decision) -> Step:
    """Return one step of a record as programs read it."""
    return Step(
        stage_from=decision.stage_from,
        stage_to=decision.stage_to,
        mark=decision.mark,
        by=decision.by.number if decision.by else decision.by_process,
        at=decision.at,
        signed_with=decision.signed_with,
        reason=decision.reason,
    )


def _look(look: Look) -> OneLook:
    return OneLook(at=look.at, by=look.by, page=look.page, at_what=look.at_what)


OPERATIONS = (
    Operation("students", "GET", "/students", students, KnownStudents, Tool.STUDENTS),
    Operation(
        "records",
        "GET",
        "/students/{number}/records",
        records,
        StudentRecords,
        Tool.ATTENDANCE,
    ),
    Operation("viewings", "GET", "/students/{number}/viewings", viewings, Looks, Tool.AUDIT),
)
