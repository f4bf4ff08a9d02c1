"""The records answer in values of the domain."""

from datetime import date

import pytest

from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import EnrolledSpan, Grade, Programme
from central.domain.operator import TeacherCredential
from central.store import models
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans, teacher_credentials
from central.store.timetable import Timetable, placed
from tests.fakes import school as schools

pytestmark = pytest.mark.django_db
YEAR = SchoolYear("2024-25")


@pytest.fixture
def track() -> models.Track:
    school = models.School.objects.create(code="1", name="Example")
    year = models.SchoolYear.objects.create(school=school, name=YEAR.name)
    return models.Track.objects.create(school_year=year, code="A")


def test_a_calendar_holds_the_days_taught_and_the_weeks_left_out(track: models.Track) -> None:
    for on, is_taught in ((date(2024, 8, 19), True), (date(2024, 9, 2), False)):
        models.CalendarDay.objects.create(track=track, on=on, is_taught=is_taught, kind="regular")
    models.ExcludedWeek.objects.create(
        track=track, monday=date(2024, 12, 23), decided_by="Board", decided_at="2024-07-01T00:00:00Z"
    )
    models.Track.objects.create(school_year=track.school_year, code="B")
    calendars = track_calendars(track.school_year.school_id, YEAR)
    assert list(calendars) == ["A"]
    assert calendars["A"].days_taught == {date(2024, 8, 19)}
    assert calendars["A"].excluded_weeks == {date(2024, 12, 23)}


def test_an_enrollment_without_an_end_lasts_until_the_school_year_does(track: models.Track) -> None:
    school = track.school_year.school
    for number, until in (("2", None), ("1", date(2024, 10, 31))):
        student = models.Student.objects.create(school=school, number=number, family_name="F", given_name="G")
        models.Enrollment.objects.create(
            student=student, track=track, grade="K", programme="47612.1", since=date(2024, 8, 19), until=until
        )
    assert enrolled_spans(school.pk, YEAR) == [
        EnrolledSpan(number, "A", Grade.K, Programme.PARTNERSHIP, date(2024, 8, 19), until)
        for number, until in (("1", date(2024, 10, 31)), ("2", date(2025, 6, 30)))
    ]
    assert enrolled_spans(school.pk, SchoolYear("2023-24")) == []


def test_teachers_documents_are_given_by_employee_number(track: models.Track) -> None:
    school = track.school_year.school
    staff = models.Staff.objects.create(
        school=school, number="900", family_name="F", given_name="G", role="teacher"
    )
    models.TeachingCredential.objects.create(
        staff=staff, document="Clear", since=date(2024, 7, 1), until=date(2029, 6, 30)
    )
    assert teacher_credentials(school.pk) == [
        TeacherCredential("900", DateSpan(date(2024, 7, 1), date(2029, 6, 30)))
    ]


def test_a_document_that_ends_before_it_begins_proves_nothing(track: models.Track) -> None:
    school = track.school_year.school
    staff = models.Staff.objects.create(
        school=school, number="900", family_name="F", given_name="G", role="teacher"
    )
    models.TeachingCredential.objects.create(
        staff=staff, document="Clear", since=date(2024, 7, 1), until=date(2023, 6, 30)
    )
    assert teacher_credentials(school.pk) == []


def test_nobody_stays_enrolled_over_the_end_of_a_school_year() -> None:
    small = schools.build()
    models.Enrollment.objects.filter(student=small.ana).update(until=None)
    models.Placement.objects.filter(student=small.ana).update(until=None)
    timetable = Timetable(small.school)
    for on, is_enrolled in ((date(2025, 6, 30), True), (date(2025, 7, 1), False)):
        assert timetable.is_enrolled(small.ana.pk, on) is is_enrolled
        assert (small.ana.pk in placed(small.algebra, on)) is is_enrolled
