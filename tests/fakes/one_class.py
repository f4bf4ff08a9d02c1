"""Algebra on a Monday morning: what its records are before a teacher signs, and the usual signature."""

from datetime import date, datetime

from central.store.models import AttendanceRecord, Decision, Staff, Student
from central.work.certify import Signature
from central.work.changes import Action, Change
from tests.fakes.school import MONDAY, SmallSchool, at

AFTER_CLASS = at(MONDAY, "10:05")
Stage, Mark = AttendanceRecord.Stage, AttendanceRecord.Mark


def provisional(small: SmallSchool, student: Student, on: date = MONDAY) -> AttendanceRecord:
    """Write the record a tap would have given rise to."""
    record = AttendanceRecord.objects.create(
        school=small.school,
        student=student,
        section=small.algebra,
        on=on,
        mark=Mark.PRESENT,
        stage=Stage.PROVISIONAL,
        source=AttendanceRecord.Source.TAP,
    )
    Decision.objects.create(
        record=record,
        stage_to=Stage.PROVISIONAL,
        mark=Mark.PRESENT,
        by_process="resolve",
        at=at(on, "08:31"),
        is_same_day=True,
    )
    return record


def signed(
    small: SmallSchool, when: datetime = AFTER_CLASS, by: Staff | None = None, **more: str
) -> Signature:
    return Signature(by or small.teacher, when, **more)


def absent(*students: Student) -> list[Change]:
    return [Change(student.pk, Action.ABSENT) for student in students]


def everybody_marked(small: SmallSchool) -> list[Change]:
    provisional(small, small.ana)
    return absent(small.ben, small.chloe)
