"""Published: who was enrolled where and when, and which documents teachers hold."""

from collections.abc import Collection

from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import EnrolledSpan, Grade, Modality, Programme
from central.domain.operator import TeacherCredential
from central.store.models import Enrollment, TeachingCredential


def enrolled_spans(
    school_id: int, year: SchoolYear, students: Collection[int] | None = None
) -> list[EnrolledSpan]:
    """Return the enrollments of a school year by student number; one without an end lasts until June 30.

    `students` are primary keys; None is everybody.
    """
    rows = Enrollment.objects.filter(track__school_year__school=school_id, track__school_year__name=year.name)
    if students is not None:
        rows = rows.filter(student__in=students)
    columns = ("student__number", "track__code", "grade", "programme", "since", "until", "modality")
    return [
        EnrolledSpan(
            student,
            track,
            Grade(grade),
            _programme(programme),
            since,
            until or year.ends_on,
            Modality(modality),
        )
        for student, track, grade, programme, since, until, modality in rows.order_by(
            "student__number", "since"
        ).values_list(*columns)
        if since <= (until or year.ends_on)
    ]


def teacher_credentials(school_id: int) -> list[TeacherCredential]:
    """Return every teaching document on record, by employee number."""
    rows = TeachingCredential.objects.filter(staff__school=school_id).order_by("staff__number", "since")
    return [
        TeacherCredential(number, DateSpan(since, until))
        for number, since, until in rows.values_list("staff__number", "since", "until")
        # Nothing in the records keeps a document from ending before it begins; such a one proves nothing.
        if since <= until
    ]


def _programme(stored: str) -> Programme:
    """Read a programme; one nobody knows stands under the stricter law."""
    return Programme(stored) if stored in set(Programme) else Programme.ORDINARY_CHARTER
