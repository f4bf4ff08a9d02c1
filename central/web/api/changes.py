"""What may be changed before anybody certifies: who is needed, records marked, and a change taken back."""

from datetime import date

from django.http import Http404
from ninja import Query, Schema
from ninja.responses import Status

from central.store.models import Student
from central.store.queries.day_classes import held_on
from central.store.queries.needed import needed_in
from central.store.queries.record_histories import class_month
from central.web import clock
from central.web.access import sections_seen_by
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.day import ChangeAsked, NeededStudent, changes_of
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Text
from central.work import viewings
from central.work.propose import Word, mark_rest_absent, propose
from central.work.tool_rights import Right, Tool
from central.work.undo import take_back

PAGES = ("needed", "class-history")
_A_MONTH = 31


class NeededOfClass(Schema):
    """The students of one class who have no record of a day."""

    code: str
    students: list[NeededStudent]


class NeededOfDay(Schema):
    """Some classes with somebody needed on a day, how many there are, and how many students in all."""

    on: date
    count: int
    students: int
    classes: list[NeededOfClass]


class StudentMonth(Schema):
    """One student's days of a class: P present, T late, A absent, in brackets before it is certified."""

    student: str
    signs: list[str]


class ClassMonth(Schema):
    """A class over some days: the days it was held, and a sign for each student and day."""

    code: str
    days: list[date]
    students: list[StudentMonth]


class ChangesAsked(Form):
    """Changes to the records of a class's day; with `rest_absent` whoever has no record then is absent."""

    code_of_class: Code
    on: Day
    changes: list[ChangeAsked] = []
    rest_absent: bool = False
    late_reason: Text = ""


class ChangeTakenBack(Form):
    """Whose last change in a class's day is to be taken back."""

    code_of_class: Code
    on: Day
    student: Code


class RecordsChanged(Schema):
    """How many records of a class's day changed; nothing of it counts before it is certified."""

    code: str
    on: date
    records: int


def needed(request: Asked, on: DayOrNone = None, offset: Offset = 0) -> NeededOfDay:
    """List the classes of a day with somebody who has no record yet, today's where none is named."""
    staff = request.auth.staff
    day = on or clock.today(staff.school)
    held = list(held_on(sections_seen_by(staff, day), day).order_by("code"))
    lacking = needed_in(held, day)
    classes = [(section.code, lacking[section.pk]) for section in held if section.pk in lacking]
    viewings.note(staff, viewings.Seen("api needed", on=day), clock.now())
    shown = [
        NeededOfClass(code=code, students=[_needed(one) for one in students])
        for code, students in classes[offset : offset + MOST]
    ]
    total = sum(len(students) for _, students in classes)
    return NeededOfDay(on=day, count=len(classes), students=total, classes=shown)


def history(request: Asked, code_of_class: Query[Code], since: Query[Day], until: Query[Day]) -> ClassMonth:
    """Show a class over at most 31 days, a sign for each student and day."""
    if not 0 <= (until - since).days < _A_MONTH:
        msg = f"ask for 1 to {_A_MONTH} days, the first of them first"
        raise Http404(msg)
    section = found.section(request, code_of_class, until)
    month = class_month(section, since, until)
    viewings.note(request.auth.staff, viewings.Seen("api class history", section=section), clock.now())
    rows = [StudentMonth(student=one.number, signs=list(signs)) for one, signs in month.rows]
    return ClassMonth(code=section.code, days=list(month.days), students=rows)


def change(request: Asked, form: ChangesAsked) -> Status[RecordsChanged]:
    """Mark, add and remove records of a class's day; nothing of it counts before it is certified."""
    section = found.section(request, form.code_of_class, form.on)
    word = Word(request.auth.staff, clock.now(), form.late_reason)
    verb = mark_rest_absent if form.rest_absent else propose
    done = verb(section, form.on, word, changes_of(section, form.changes))
    return Status(201, RecordsChanged(code=section.code, on=form.on, records=done))


def undo(request: Asked, form: ChangeTakenBack) -> Status[RecordsChanged]:
    """Take back the last change of a student's record nobody has certified since; history keeps both."""
    section = found.section(request, form.code_of_class, form.on)
    student = found.student(request, form.student, "api changes")
    take_back(section, form.on, student.pk, request.auth.staff, clock.now())
    return Status(201, RecordsChanged(code=section.code, on=form.on, records=1))


def _needed(one: Student) -> NeededStudent:
    return NeededStudent(student=one.number, name=str(one))


OPERATIONS = (
    Operation("needed", "GET", "/needed", needed, NeededOfDay, Tool.ATTENDANCE),
    Operation("classHistory", "GET", "/class-history", history, ClassMonth, Tool.ATTENDANCE),
    Operation(
        "changeRecords", "POST", "/session-changes", change, RecordsChanged, Tool.ATTENDANCE, Right.ADD
    ),
    Operation(
        "takeChangeBack",
        "POST",
        "/session-changes/taken-back",
        undo,
        RecordsChanged,
        Tool.ATTENDANCE,
        Right.ADD,
    ),
)
