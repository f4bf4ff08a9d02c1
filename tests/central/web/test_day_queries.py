"""What the day's pages ask of the records, however many classes and students there are."""

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from central.store.models import (
    AttendanceRecord,
    Enrollment,
    Meeting,
    Placement,
    Room,
    Section,
    Station,
    Student,
)
from central.web import clock
from central.work.resolve import resolve
from tests.central.web.test_day_pages import browser
from tests.fakes import school as schools
from tests.fakes.morning import Morning
from tests.fakes.one_class import Mark, Stage
from tests.fakes.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
SESSION = f"/class/ALG1-01/{MONDAY}/"


@pytest.fixture(autouse=True)
def after_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    cache.clear()


def test_today_of_three_hundred_rooms_asks_the_records_twelve_times_at_most(
    small: SmallSchool,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    _many_classes(small, 299)
    client = browser(small.leader)
    with django_assert_max_num_queries(12):
        page = client.get(f"/today/?on={MONDAY}").content.decode()
    assert page.count("/class/") >= 300


@pytest.mark.parametrize("address", [f"/needed/?on={MONDAY}", "/api/v1/needed", "/api/v1/classes"])
def test_who_is_needed_in_three_hundred_rooms_takes_twelve_questions_at_most(
    address: str,
    small: SmallSchool,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    _many_classes(small, 299)
    AttendanceRecord.objects.all().delete()
    client = browser(small.leader)
    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()
    assert page.count("C-N") >= 10


def test_the_inbox_of_forty_students_asks_the_records_twelve_times_at_most(
    small: SmallSchool,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    morning = Morning(small)
    for number in range(37):
        morning.tap(schools.enrol(f"s{number}", small.algebra, number=f"X{number:03d}"), "08:29")
    resolve(at(MONDAY, "10:00"))
    client = browser(small.teacher)
    with django_assert_max_num_queries(12):
        page = client.get(SESSION).content.decode()
    assert "Inbox (37)" in page
    assert "Needed (3)" in page


def _many_classes(small: SmallSchool, number: int) -> None:
    """Add classes, each with a room, its station and a student with a record."""
    like, school = small.algebra, small.school
    rooms = Room.objects.bulk_create(Room(school=school, name=f"N{n:03d}") for n in range(number))
    sections = Section.objects.bulk_create(
        Section(
            school=school,
            school_year=small.year,
            track=small.track_a,
            room=room,
            code=f"C-{room.name}",
            title=f"Class {room.name}",
            since=FIRST_DAY,
            until=LAST_DAY,
            source_id=f"s{room.name}",
        )
        for room in rooms
    )
    hours = {"starts": like.meetings.all()[0].starts, "ends": like.meetings.all()[0].ends}
    Meeting.objects.bulk_create(Meeting(section=section, weekday=0, **hours) for section in sections)
    Station.objects.bulk_create(
        Station(code=f"st-{room.name}", school=school, room=room, commissioned_at=at(FIRST_DAY, "07:00"))
        for room in rooms
    )
    students = Student.objects.bulk_create(
        Student(school=school, number=f"N{n}", family_name="Soto", given_name=f"N{n}") for n in range(number)
    )
    Enrollment.objects.bulk_create(
        Enrollment(student=student, track=small.track_a, grade="9", since=FIRST_DAY) for student in students
    )
    pairs = list(zip(students, sections, strict=True))
    Placement.objects.bulk_create(
        Placement(student=student, section=section, since=FIRST_DAY) for student, section in pairs
    )
    AttendanceRecord.objects.bulk_create(
        AttendanceRecord(
            school=school,
            student=student,
            section=section,
            on=MONDAY,
            mark=Mark.PRESENT,
            stage=Stage.PROVISIONAL,
            source="tap",
        )
        for student, section in pairs
    )
