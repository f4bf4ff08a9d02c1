"""Published: take a student's presence said otherwise than by a tap: evidence, and a provisional record."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from central.errors import RefusedError
from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    CheckIn,
    Section,
    Staff,
    Student,
)
from central.store.timetable import is_taught, placed
from central.work import rights
from central.work.classes_of import require_class
from central.work.local_days import local_date
from central.work.policies import Policies
from central.work.record_moves import Actor, move, program
from central.work.tool_rights import Right, Tool, require

PROCESS = "check-in"
_Mark, _Stage, _Source = AttendanceRecord.Mark, AttendanceRecord.Stage, AttendanceRecord.Source
BY_STAFF = frozenset({CheckIn.Way.TOLD_STAFF, CheckIn.Way.PHONE_CALL})
"""The ways a member of staff takes down; the others are the student's own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: present in which class on which day, how, and in which words."""

    section: Section
    on: date
    way: CheckIn.Way
    says: str = ""


def take(student: Student, said: Said, by: Staff, now: datetime) -> CheckIn:
    """Keep that a student told staff they are present, in the class or by phone, and who took it.

    Raises RefusedError for somebody who may not, a class that is not theirs or the student's, and a
    day to come.
    """
    require(by, Tool.CHECK_INS, Right.ADD)
    require_class(by, said.section, said.on)
    if said.way not in BY_STAFF:
        msg = f"a check-in of the kind {said.way!r} is the student's own, by their login"
        raise RefusedError(msg)
    rights.reason(said.says, "a check-in taken by staff")
    return _keep(student, said, by, now)


def check_in(student: Student, said: Said, now: datetime) -> CheckIn:
    """Keep a student's own check-in from afar: today, once a class, where the school opened that.

    Raises RefusedError where it did not.
    """
    if said.way in BY_STAFF:
        msg = f"a check-in of the kind {said.way!r} is taken by a member of staff"
        raise RefusedError(msg)
    if said.on != local_date(student.school, now):
        msg = "a check-in is of today alone; tell your teacher of another day"
        raise RefusedError(msg)
    if not may_check_in(student, said.section, said.on):
        msg = f"class {said.section.code} is not open for a check-in from afar today; ask your teacher"
        raise RefusedError(msg)
    with transaction.atomic():
        if has_checked_in(student, said.section, said.on):
            msg = f"you have checked in to class {said.section.code} today; once is enough"
            raise RefusedError(msg)
        return _keep(student, said, None, now)


def may_check_in(student: Student, section: Section, on: date) -> bool:
    """Tell whether a class is open for check-ins from afar on a day, by setting or for a closure."""
    policies = Policies.of(student.school)
    if policies.holds_for("remote_check_in", section, on):
        return True
    if not policies.value("check_in_on_closures", on):
        return False
    closed = CalendarDay.objects.filter(on=on, kind=CalendarDay.Kind.CLOSURE, is_taught=False)
    return closed.filter(track=section.track_id).exists()


def has_checked_in(student: Student, section: Section, on: date) -> bool:
    """Tell whether a student has checked in alone to a class on a day."""
    return CheckIn.objects.filter(student=student, section=section, on=on, taken_by=None).exists()


def _keep(student: Student, said: Said, by: Staff | None, now: datetime) -> CheckIn:
    today = local_date(student.school, now)
    if said.on > today:
        msg = f"{said.on} has not come yet; presence is said on the day or after it"
        raise RefusedError(msg)
    if student.pk not in placed(said.section, said.on):
        msg = (
            f"that student has no place in section {said.section.code} on {said.on}; correct the roster first"
        )
        raise RefusedError(msg)
    with transaction.atomic():
        row = CheckIn.objects.create(
            student=student,
            section=said.section,
            on=said.on,
            at=now,
            way=said.way,
            taken_by=by,
            says=" ".join(said.says.split())[:255],
        )
        # On a day the school is closed there is nothing to certify; what was said is kept all the same.
        if is_taught(said.section, said.on):
            _record(row)
    return row


def _record(row: CheckIn) -> None:
    """Make the provisional record, never more; one that stands already, or was removed, is left alone."""
    school, where = row.section.school, {"student": row.student, "section": row.section, "on": row.on}
    if AttendanceRecord.objects.filter(**where).exists():
        return
    record = AttendanceRecord(school=school, source=_Source.CHECK_IN, **where)
    author = program(Actor.STUDENT, row.at, school.time_zone, PROCESS, row.taken_by)
    decision = move(record, _Stage.PROVISIONAL, _Mark.PRESENT, author, row.way)
    record.save()
    decision.save()
