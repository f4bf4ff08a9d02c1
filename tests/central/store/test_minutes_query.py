"""The records answer with the minutes of every day, grade and class."""

from datetime import date, timedelta

import pytest

from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade
from central.domain.minutes import DayMinutes, SeatTime
from central.store import models
from central.store.queries.minutes import day_minutes
from central.store.queries.seat_times import seat_times
from tests.fakes import school as schools
from tests.fakes.school import SmallSchool

pytestmark = pytest.mark.django_db
YEAR = SchoolYear(schools.YEAR)
MONDAY = schools.MONDAY


def say(small: SmallSchool, on: date, offered: int | None, on_site: int | None, required: int | None) -> None:
    small.track_a.days.filter(on=on).update(
        minutes_offered=offered, minutes_on_site=on_site, minutes_required=required
    )


def test_what_is_kept_of_a_grade_wins_whole_over_what_is_kept_of_the_day(small: SmallSchool) -> None:
    schools.enrol("finn", small.algebra, number="001010", grade="12")
    schools.enrol("gil", small.algebra, number="001011", grade="K")
    say(small, MONDAY, 360, 300, 290)
    day = small.track_a.days.get(on=MONDAY)
    models.GradeMinutes.objects.create(day=day, grade="12", minutes_offered=200)
    models.GradeMinutes.objects.create(day=day, grade="3", minutes_offered=100)
    assert day_minutes(small.school.pk, YEAR) == [
        DayMinutes("A", MONDAY, Grade.K, 360, 300, 290),
        DayMinutes("A", MONDAY, Grade.G9, 360, 300, 290),
        DayMinutes("A", MONDAY, Grade.G12, 200, None, None),
    ]


def test_a_day_without_minutes_or_not_taught_is_not_among_them(small: SmallSchool) -> None:
    say(small, schools.LABOR_DAY, 0, None, None)
    assert day_minutes(small.school.pk, YEAR) == []
    say(small, MONDAY, 0, None, None)
    assert day_minutes(small.school.pk, YEAR) == [DayMinutes("A", MONDAY, Grade.G9, 0)]
    assert day_minutes(small.school.pk, SchoolYear("2025-26")) == []
    assert day_minutes(small.school.pk + 1, YEAR) == []


def tapped(small: SmallSchool, name: str, came: str | None, left: str | None, source: str = "tap") -> int:
    record = models.AttendanceRecord.objects.create(
        school=small.school,
        student=small.students[name],
        section=small.algebra,
        on=MONDAY,
        mark="present",
        stage="certified",
        source=source,
        first_in_at=schools.at(MONDAY, came) if came else None,
        last_out_at=schools.at(MONDAY, left) if left else None,
    )
    return record.pk


def test_seat_time_is_the_whole_minutes_between_two_taps(small: SmallSchool) -> None:
    keys = {
        tapped(small, "ana", "08:31:30", "09:59:29"),
        tapped(small, "ben", "08:31", None),
    }
    tapped(small, "chloe", "08:31", "09:00")
    assert seat_times(small.year, keys, {MONDAY}) == [
        SeatTime("001001", MONDAY, "ALG1-01", 90, 87),
        SeatTime("001002", MONDAY, "ALG1-01", 90, None),
    ]
    assert seat_times(small.year, keys, {MONDAY + timedelta(days=1)}) == []


def test_paper_and_classes_without_a_bell_prove_no_seat_time(small: SmallSchool) -> None:
    keys = {tapped(small, "ana", "08:31", "09:59", source="paper"), tapped(small, "ben", "08:31", "09:59")}
    assert [found.student for found in seat_times(small.year, keys, {MONDAY})] == ["001002"]
    small.algebra.meetings.filter(weekday=0).delete()
    assert seat_times(small.year, keys, {MONDAY}) == []


def test_taps_in_the_wrong_order_prove_nothing(small: SmallSchool) -> None:
    keys = {tapped(small, "ana", "09:00", "08:31")}
    assert [found.proven for found in seat_times(small.year, keys, {MONDAY})] == [0]
