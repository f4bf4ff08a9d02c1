"""Published: who was enrolled where and when, and which documents teachers hold."""

from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import EnrolledSpan, Grade, Programme
from central.domain.operator import TeacherCredential
from central.store.models import Enrollment, TeachingCredential


def enrolled_spans(school_id: int, year: SchoolYear) -> list[EnrolledSpan]:
    """Return every enrollment of a school year by student number; one without an end lasts until June 30."""
    rows = Enrollment.objects.filter(track__school_year__school=school_id, track__school_year__name=year.name)
    ordered = rows.select_related("student", "track").order_by("student__number", "since")
    return [
        EnrolledSpan(
            student=row.student.number,
            track=row.track.code,
            grade=Grade(row.grade),
            programme=Programme(row.programme),
            since=row.since,
            until=row.until or year.ends_on,
        )
        for row in ordered
    ]


def teacher_credentials(school_id: int) -> list[TeacherCredential]:
    """Return every teaching document on record, by employee number."""
    rows = TeachingCredential.objects.filter(staff__school=school_id).select_related("staff")
    return [
        TeacherCredential(row.staff.number, DateSpan(row.since, row.until))
        for row in rows.order_by("staff__number", "since")
    ]
