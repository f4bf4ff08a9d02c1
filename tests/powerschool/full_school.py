"""A school with as many certified records as are asked for: two classes a student, over some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.store.models import AttendanceRecord, Decision, Enrollment, Placement, Section, Staff, Student
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, at

_Stage, _Mark = AttendanceRecord.Stage, AttendanceRecord.Mark


@dataclass(frozen=True)
class FullSchool:
    """Its teacher, its days in order, and when the last was signed for."""

    teacher: Staff
    days: Sequence[date]
    signed_at: datetime


def build(students: int, days: int) -> FullSchool:
    """Write it: `students` times `days` times two records, every seventh absent, every eleventh tardy."""
    small = schools.build()
    taught = [on for on in schools.taught("A") if on >= MONDAY][:days]
    signed_at = at(taught[-1], "17:00")
    sections = (small.algebra, schools.add_section(small.algebra, "GEO-01", ("10:30", "12:00")))
    people = _people(sections, students)
    records = [
        AttendanceRecord(
            school=small.school,
            student=person,
            section=section,
            on=on,
            mark=_Mark.ABSENT if (number + place) % 7 == 0 else _Mark.PRESENT,
            is_tardy=(number + place) % 11 == 0 and (number + place) % 7 > 0,
            stage=_Stage.CERTIFIED,
            source=AttendanceRecord.Source.STAFF,
        )
        for place, on in enumerate(taught)
        for number, person in enumerate(people)
        for section in sections
    ]
    AttendanceRecord.objects.bulk_create(records, batch_size=500)
    Decision.objects.bulk_create(
        [_signed(record, small.teacher, signed_at) for record in records], batch_size=500
    )
    return FullSchool(small.teacher, taught, signed_at)


def _people(sections: Sequence[Section], count: int) -> list[Student]:
    school, track = sections[0].school, sections[0].track
    assert track is not None
    people = Student.objects.bulk_create(
        Student(school=school, number=f"9{number:05d}", family_name="Soto", given_name=f"N{number}")
        for number in range(count)
    )
    since = schools.FIRST_DAY
    Enrollment.objects.bulk_create(
        Enrollment(student=person, track=track, grade="9", since=since) for person in people
    )
    Placement.objects.bulk_create(
        Placement(student=person, section=section, since=since) for person in people for section in sections
    )
    return people


def _signed(record: AttendanceRecord, by: Staff, now: datetime) -> Decision:
    return Decision(
        record=record,
        stage_from=_Stage.PROVISIONAL,
        stage_to=_Stage.CERTIFIED,
        mark=record.mark,
        by=by,
        at=now,
        is_same_day=True,
        signed_with="totp",
    )
