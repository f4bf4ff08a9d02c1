"""Learning while school is closed: a class's check-ins and participation by day, hotspots, WIOA partners."""

from datetime import date
from typing import Annotated, Final, Literal

from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.errors import RefusedError
from central.store import lookup
from central.store.models import CheckIn, CheckInVerdict, Participation, Section
from central.store.timetable import students_placed
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.emergencies import fresh, one
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Text, Words, number_of
from central.work import emergency_learning, viewings
from central.work.emergency_learning import FROM_AFAR, TookPart, standing
from central.work.emergency_scope import verdicts_of
from central.work.tool_rights import Right, Tool
from central.work.viewings import Seen

PAGES = ("emergency-learning",)
_NOT_HERE: Final = "there is no student of that number in this class on that day"
_NO_CHECK_IN: Final = "there is no such check-in of this class on that day"


class CheckInFromAfar(Schema):
    """A check-in from afar; whether it was verified is empty while nobody has said."""

    id: str
    way: str
    is_verified: bool | None
    says: str


class PartTaken(Schema):
    """How a student took part, and what shows it."""

    way: str
    evidence: str


class LearnerKnown(Schema):
    """One student of the class on the day."""

    student: str
    check_ins: list[CheckInFromAfar]
    parts: list[PartTaken]


class ClassFromAfar(Schema):
    """A class on a day: who checked in from afar, and how they took part."""

    section: str
    on: date
    students: list[LearnerKnown]


class CheckInVerified(Form):
    """Whether a check-in was verified, and by what; without `check_in`, all nobody has judged yet are."""

    check_in: Text = ""
    is_verified: bool = True
    reason: Words


class CheckInsVerified(Schema):
    """How many check-ins were judged."""

    check_ins: int


class PartTold(Form):
    """That students of the class took part on the day, and what shows it."""

    students: Annotated[list[Code], Field(min_length=1, max_length=MOST)]
    way: Literal["assignment", "discussion", "contact"]
    evidence: Words


class PartsKept(Schema):
    """How many facts were new."""

    new: int


class PartWithdrawn(Form):
    """That a student did not take part that way after all."""

    student: Code
    way: Literal["assignment", "discussion", "contact"]
    reason: Words


def learning(request: Asked, year: Code, emergency: Code, code: Code, on: Day) -> ClassFromAfar:
    """Show a class on a day of an emergency: check-ins from afar and participation."""
    of, section = one(request, year, emergency), found.section(request, code, on)
    students = students_placed(section, on)
    rows = CheckIn.objects.filter(section=section, on=on, way__in=FROM_AFAR)
    said = list(rows.select_related("student").order_by("pk"))
    verdicts = verdicts_of(said)
    parts = standing(of, on, [student.pk for student in students])
    viewings.note(request.auth.staff, Seen("api emergency learning", section=section, on=on), clock.now())
    return ClassFromAfar(
        section=section.code,
        on=on,
        students=[
            LearnerKnown(
                student=student.number,
                check_ins=[
                    _check_in(row, verdicts.get(row.pk)) for row in said if row.student_id == student.pk
                ],
                parts=[
                    PartTaken(way=part.way, evidence=part.evidence)
                    for (key, _way), part in parts.items()
                    if key == student.pk
                ],
            )
            for student in students
        ],
    )


def verify(
    request: Asked, year: Code, emergency: Code, code: Code, on: Day, form: CheckInVerified
) -> Status[CheckInsVerified]:
    """Say whether check-ins of a class are verified, and by what."""
    one(request, year, emergency)
    section, act = found.section(request, code, on), found.act(request, form.reason)
    if not form.check_in:
        return Status(201, CheckInsVerified(check_ins=emergency_learning.verify_class(section, on, act)))
    rows = CheckIn.objects.filter(section=section, on=on, pk=number_of(form.check_in))
    check_in = rows.select_related("section__school").first()
    if check_in is None:
        raise RefusedError(_NO_CHECK_IN)
    emergency_learning.verify(check_in, act, is_verified=form.is_verified)
    return Status(201, CheckInsVerified(check_ins=1))


def take_part(
    request: Asked, year: Code, emergency: Code, code: Code, on: Day, form: PartTold
) -> Status[PartsKept]:
    """Keep that students of a class took part on a closed day."""
    row, section = fresh(request, year, emergency), found.section(request, code, on)
    part = TookPart(Participation.Way(form.way), form.evidence)
    took = {_student(section, on, number): part for number in form.students}
    return Status(
        201, PartsKept(new=emergency_learning.take_part(row, section, on, took, found.act(request)))
    )


def take_back(
    request: Asked, year: Code, emergency: Code, code: Code, on: Day, form: PartWithdrawn
) -> Status[PartTaken]:
    """Take back that a student took part; what was on file stays."""
    row, section = fresh(request, year, emergency), found.section(request, code, on)
    _student(section, on, form.student)
    student = lookup.student(form.student)
    kept = emergency_learning.withdraw_part(row, student, on, form.way, found.act(request, form.reason))
    return Status(201, PartTaken(way=kept.way, evidence=kept.evidence))


def _student(section: Section, on: date, number: str) -> int:
    student = next((each for each in students_placed(section, on) if each.number == number), None)
    if student is None:
        raise RefusedError(_NOT_HERE)
    return student.pk


def _check_in(row: CheckIn, verdict: CheckInVerdict | None) -> CheckInFromAfar:
    return CheckInFromAfar(
        id=str(row.pk),
        way=row.way,
        is_verified=verdict.is_verified if verdict else None,
        says=verdict.says if verdict else "",
    )


_ONE: Final = "/emergencies/{year}/{emergency}"
_CLASS: Final = f"{_ONE}/classes/{{code}}/{{on}}"
_ADD: Final = (Tool.EMERGENCIES, Right.ADD)
OPERATIONS = (
    Operation("classFromAfar", "GET", _CLASS, learning, ClassFromAfar, Tool.EMERGENCIES),
    Operation("verifyCheckIns", "POST", f"{_CLASS}/verifications", verify, CheckInsVerified, *_ADD),
    Operation("takePart", "POST", f"{_CLASS}/participation", take_part, PartsKept, *_ADD),
    Operation("takePartBack", "POST", f"{_CLASS}/withdrawals", take_back, PartTaken, *_ADD),
)
