"""The classes of a day, one class's records, and the teacher's signature."""

from collections.abc import Sequence
from datetime import date, datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Query, Schema
from ninja.responses import Status

from central.store.models import Section, SessionCertification, Student
from central.store.queries.day_classes import DayClass, classes_of
from central.web import clock
from central.web.access import sections_seen_by
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Text, Words
from central.work import review
from central.work.certify import Signature, certify_with_code
from central.work.changes import Action, Change
from central.work.tool_rights import Right, Tool
from central.work.viewings import Seen, note

PAGES = ("today", "session")
_MOST_CHANGES = 200


class ClassOfADay(Schema):
    """One class and how far its attendance has come."""

    code: str
    title: str
    room: str | None
    starts: str | None
    ends: str | None
    expected: int
    present: int
    absent: int
    certified_at: datetime | None
    certified_by: str | None


class ClassesOfADay(Schema):
    """Some classes of a day somebody may look into, and how many there are."""

    on: date
    count: int
    classes: list[ClassOfADay]


class Line(Schema):
    """One student's record in a class on a day."""

    id: str
    student: str
    name: str
    mark: str
    stage: str
    source: str
    first_in_at: datetime | None
    last_out_at: datetime | None
    is_tardy: bool
    left_early: bool
    taps: int
    late_taps: int
    paper_lines: int
    doubts: list[str]


class NeededStudent(Schema):
    """A student of a class who has no record of a day."""

    student: str
    name: str


class ClassSession(Schema):
    """One class on a day: its records, who is still needed, the signature in force."""

    code: str
    title: str
    on: date
    lines: list[Line]
    needed: list[NeededStudent]
    certified_at: datetime | None
    certified_by: str | None
    revision: int | None


class ChangeAsked(Form):
    """One student's change before the signature."""

    student: Code
    action: Action
    reason: Text = ""


class CertificationAsked(Form):
    """A signature: which class and day, the code of this moment, and what is to be changed first."""

    code_of_class: Code
    on: Day
    one_time_code: Words
    late_reason: Text = ""
    reason: Text = ""
    changes: list[ChangeAsked] = []


class Certified(Schema):
    """A signature that was given."""

    code: str
    on: date
    revision: int
    present: int
    absent: int
    at: datetime


def classes(request: Asked, on: DayOrNone = None, offset: Offset = 0) -> ClassesOfADay:
    """List the classes of a day by hour and room, today's where none is named."""
    staff = request.auth.staff
    day = on or clock.today(staff.school)
    every = classes_of(sections_seen_by(staff, day), day)
    shown = [_class(one) for one in every[offset : offset + MOST]]
    return ClassesOfADay(on=day, count=len(every), classes=shown)


def session(request: Asked, code_of_class: Query[Code], on: Query[Day]) -> ClassSession:
    """Show one class's records of a day and who is needed."""
    section = _section(request, code_of_class, on)
    note(request.auth.staff, Seen("api session", section=section, on=on), clock.now())
    signed = review.certification(section, on)
    return ClassSession(
        code=section.code,
        title=section.title,
        on=on,
        lines=[_line(each) for each in review.inbox(section, on)],
        needed=[NeededStudent(student=one.number, name=str(one)) for one in review.needed(section, on)],
        certified_at=signed.at if signed else None,
        certified_by=signed.by.number if signed else None,
        revision=signed.revision if signed else None,
    )


def certify(request: Asked, form: CertificationAsked) -> Status[Certified]:
    """Certify a class's day under a one-time code, changes first; all of it or nothing."""
    section = _section(request, form.code_of_class, form.on)
    signature = Signature(
        by=request.auth.staff, at=clock.now(), late_reason=form.late_reason, reason=form.reason
    )
    changes = changes_of(section, form.changes)
    done = certify_with_code(section, form.on, signature, form.one_time_code.strip(), changes)
    return Status(201, _certified(done))


def changes_of(section: Section, asked: Sequence[ChangeAsked]) -> list[Change]:
    """Return the changes a request asks for; raises Http404 for a student the school does not have."""
    if len(asked) > _MOST_CHANGES:
        msg = f"{len(asked)} changes are more than the {_MOST_CHANGES} that are taken at once"
        raise Http404(msg)
    numbers = {change.student for change in asked}
    ours = Student.objects.filter(school=section.school, number__in=numbers)
    known = dict(ours.values_list("number", "pk"))
    if numbers - known.keys():
        msg = "a change names a student number that is not the school's; leading zeros count"
        raise Http404(msg)
    return [Change(known[change.student], change.action, change.reason) for change in asked]


def _certified(done: SessionCertification) -> Certified:
    return Certified(
        code=done.section.code,
        on=done.on,
        revision=done.revision,
        present=done.present,
        absent=done.absent,
        at=done.at,
    )


def _section(request: Asked, code: str, on: date) -> Section:
    return get_object_or_404(sections_seen_by(request.auth.staff, on), code=code)


def _class(of: DayClass) -> ClassOfADay:
    signed_by, signed_at = of.signed or (None, None)
    return ClassOfADay(
        code=of.section.code,
        title=of.section.title,
        room=of.section.room.name if of.section.room else None,
        starts=of.starts.isoformat("minutes") if of.starts else None,
        ends=of.ends.isoformat("minutes") if of.ends else None,
        expected=of.expected,
        present=of.counted["present"],
        absent=of.counted["absent"],
        certified_at=signed_at,
        certified_by=signed_by,
    )


def _line(line: review.InboxLine) -> Line:
    record = line.record
    return Line(
        id=str(record.pk),
        student=record.student.number,
        name=str(record.student),
        mark=record.mark,
        stage=record.stage,
        source=record.source,
        first_in_at=record.first_in_at,
        last_out_at=record.last_out_at,
        is_tardy=record.is_tardy,
        left_early=record.left_early,
        taps=line.taps,
        late_taps=line.late_taps,
        paper_lines=line.paper_lines,
        doubts=list(line.doubts),
    )


OPERATIONS = (
    Operation("classes", "GET", "/classes", classes, ClassesOfADay, Tool.ATTENDANCE),
    Operation("session", "GET", "/session", session, ClassSession, Tool.ATTENDANCE),
    Operation(
        "certify",
        "POST",
        "/certifications",
        certify,
        Certified,
        Tool.ATTENDANCE,
        Right.WRITE,
        may_be=frozenset({429}),
    ),
)
