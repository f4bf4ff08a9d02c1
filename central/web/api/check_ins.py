"""Check-ins from afar and by phone, and students' appeals against what was recorded."""

from datetime import date, datetime
from typing import Literal

from django.db.models import QuerySet
from ninja import Schema
from ninja.responses import Status

from central.store.models import Appeal, AppealStep, CheckIn
from central.web import clock
from central.web.access import is_bound_to_classes, sections_seen_by
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Words
from central.work import appeals as answers
from central.work import check_in, viewings
from central.work.appeals import Answered
from central.work.check_in import Said
from central.work.tool_rights import Right, Tool

PAGES = ("notices", "appeal")


class KnownCheckIn(Schema):
    """A presence said otherwise than by a tap; `taken_by` is null where the student did it alone."""

    id: str
    student: str
    class_code: str
    on: date
    way: str
    says: str
    taken_by: str | None
    at: datetime


class KnownCheckIns(Schema):
    """Some check-ins of a day, and how many there are."""

    on: date
    count: int
    check_ins: list[KnownCheckIn]


class CheckInTaken(Form):
    """What a student told a member of staff: present in which class, on which day, and how."""

    code_of_class: Code
    on: Day
    way: Literal["told staff", "phone call"]
    says: Words


class KnownAnswer(Schema):
    """What was answered to an appeal; the last one counts."""

    answer: str
    by: str
    at: datetime
    reason: str


class KnownAppeal(Schema):
    """A student's word that a day is recorded wrongly, and what was answered."""

    id: str
    student: str
    class_code: str | None
    on: date
    says: str
    at: datetime
    answers: list[KnownAnswer]


class KnownAppeals(Schema):
    """Some appeals, oldest first, and how many there are."""

    count: int
    appeals: list[KnownAppeal]


class AnswerGiven(Form):
    """Whether the record was corrected or stands, and why."""

    answer: Literal["corrected", "stands"]
    reason: Words


def check_ins(request: Asked, on: DayOrNone = None, offset: Offset = 0) -> KnownCheckIns:
    """List the check-ins of a day, today's where none is named."""
    staff = request.auth.staff
    day = on or clock.today(staff.school)
    rows = CheckIn.objects.filter(section__in=sections_seen_by(staff, day), on=day)
    ordered = rows.select_related("student", "section", "taken_by").order_by("pk")
    shown = list(ordered[offset : offset + MOST])
    viewings.note_all(staff, "api check-ins", [row.student for row in shown], clock.now())
    return KnownCheckIns(on=day, count=rows.count(), check_ins=[_check_in(row) for row in shown])


def take(request: Asked, number: Code, form: CheckInTaken) -> Status[KnownCheckIn]:
    """Keep that a student told staff they are present: evidence, and a provisional record."""
    student = found.student(request, number, "api check-ins")
    section = found.section(request, form.code_of_class, form.on)
    said = Said(section, form.on, CheckIn.Way(form.way), form.says)
    return Status(201, _check_in(check_in.take(student, said, request.auth.staff, clock.now())))


def appeals(request: Asked, *, answered: bool = False, offset: Offset = 0) -> KnownAppeals:
    """List the appeals nobody has answered, or those somebody has."""
    rows = _appeals(request)
    rows = rows.exclude(steps=None) if answered else rows.filter(steps=None)
    ordered = rows.distinct().prefetch_related("steps__by").order_by("pk")
    shown = list(ordered[offset : offset + MOST])
    viewings.note_all(request.auth.staff, "api appeals", [row.student for row in shown], clock.now())
    return KnownAppeals(count=ordered.count(), appeals=[_appeal(row) for row in shown])


def answer(request: Asked, identity: Code, form: AnswerGiven) -> Status[KnownAnswer]:
    """Answer an appeal: corrected, once the record was, or it stands, and why."""
    row = found.row(_appeals(request), identity)
    word = Answered(AppealStep.Answer(form.answer), request.auth.staff, form.reason)
    return Status(201, _answer(answers.answer(row, word, clock.now())))


def _appeals(request: Asked) -> QuerySet[Appeal]:
    staff = request.auth.staff
    rows = Appeal.objects.filter(student__school=staff.school)
    if is_bound_to_classes(staff):
        rows = rows.filter(section__in=sections_seen_by(staff, clock.today(staff.school)))
    return rows.select_related("student__school", "section")


def _check_in(row: CheckIn) -> KnownCheckIn:
    return KnownCheckIn(
        id=str(row.pk),
        student=row.student.number,
        class_code=row.section.code,
        on=row.on,
        way=row.way,
        says=row.says,
        taken_by=row.taken_by.number if row.taken_by else None,
        at=row.at,
    )


def _appeal(row: Appeal) -> KnownAppeal:
    return KnownAppeal(
        id=str(row.pk),
        student=row.student.number,
        class_code=row.section.code if row.section else None,
        on=row.on,
        says=row.says,
        at=row.at,
        answers=[_answer(each) for each in sorted(row.steps.all(), key=lambda each: each.pk)],
    )


def _answer(row: AppealStep) -> KnownAnswer:
    return KnownAnswer(answer=row.answer, by=row.by.number, at=row.at, reason=row.reason)


OPERATIONS = (
    Operation("checkIns", "GET", "/check-ins", check_ins, KnownCheckIns, Tool.CHECK_INS),
    Operation(
        "takeCheckIn", "POST", "/students/{number}/check-ins", take, KnownCheckIn, Tool.CHECK_INS, Right.ADD
    ),
    Operation("appeals", "GET", "/appeals", appeals, KnownAppeals, Tool.CHECK_INS),
    Operation(
        "answerAppeal",
        "POST",
        "/appeals/{identity}/answers",
        answer,
        KnownAnswer,
        Tool.CHECK_INS,
        Right.WRITE,
    ),
)
