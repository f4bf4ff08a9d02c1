"""Whatever is taken in besides attendance brings the years of those it is about along."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction

from central.domain.calendar import SchoolYear
from central.domain.day_bits import days_of, from_bytes
from central.domain.student import FactKind
from central.exchange.named_file import NamedFile
from central.store.models import (
    CalendarDay,
    Enrollment,
    School,
    Section,
    StudentFact,
    StudentYear,
    TeachingCredential,
)
from central.store.models import SchoolYear as SchoolYearRow
from central.work import student_years
from central.work.calendars import CalendarWish, import_calendar
from central.work.facts import keep_facts_since
from central.work.rosters import Wishes, import_roster
from central.work.years_in_step import in_step, refresh_all
from tests.fakes import school as schools
from tests.fakes.oneroster import SAMPLE
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db

WEEK = [MONDAY + timedelta(days=index) for index in range(5)]
NOW = at(date(2025, 6, 1), "09:00")


@pytest.fixture
def small() -> SmallSchool:
    small = schools.build()
    Register(small).certified(small.algebra, small.ana, WEEK)
    Register(small).certified(small.english, small.dan, WEEK)
    student_years.rebuild(small.year)
    return small


def attended(small: SmallSchool, name: str) -> list[date]:
    found = StudentYear.objects.filter(student=small.students[name])
    year = SchoolYear(schools.YEAR)
    return sorted(on for row in found for on in days_of(from_bytes(bytes(row.attended)), year))


def agrees(small: SmallSchool) -> bool:
    return list(student_years.differences(SchoolYearRow.objects.get(pk=small.year.pk))) == []


def _graduate(small: SmallSchool) -> None:
    Enrollment.objects.filter(student=small.ana).update(grade="8")


def _leave(small: SmallSchool) -> None:
    Enrollment.objects.filter(student=small.ana).update(until=WEEK[1])


def _never_came(small: SmallSchool) -> None:
    Enrollment.objects.filter(student=small.ana).delete()


def _close(small: SmallSchool) -> None:
    CalendarDay.objects.filter(track=small.track_a, on=WEEK[2]).update(is_taught=False)


def _move(small: SmallSchool) -> None:
    Section.objects.filter(pk=small.algebra.pk).update(track=small.track_b)


def _lose_document(small: SmallSchool) -> None:
    TeachingCredential.objects.filter(staff=small.teacher).update(until=WEEK[0])


@pytest.mark.parametrize(
    ("change", "left"),
    [(_graduate, 5), (_leave, 2), (_never_came, 0), (_close, 4), (_move, 0), (_lose_document, 1)],
)
def test_what_changed_is_seen_in_the_years_of_those_it_is_about(
    small: SmallSchool, change: Callable[[SmallSchool], None], left: int
) -> None:
    with transaction.atomic(), in_step(small.school):
        change(small)
    assert len(attended(small, "ana")) == left
    assert len(attended(small, "dan")) == 5
    assert agrees(small)


def test_a_day_too_short_for_a_district_is_taken_back(small: SmallSchool) -> None:
    School.objects.update(kind="district")
    with transaction.atomic(), in_step(small.school):
        CalendarDay.objects.filter(track=small.track_a, on=WEEK[3]).update(minutes_offered=100)
    assert WEEK[3] not in attended(small, "ana")
    assert agrees(small)


def test_without_a_change_no_year_is_made_anew(small: SmallSchool) -> None:
    StudentYear.objects.filter(student=small.ana).update(attended=bytes(46))
    with transaction.atomic(), in_step(small.school):
        Enrollment.objects.filter(student=small.dan).update(grade="10")
    assert attended(small, "ana") == []


def test_a_calendar_taken_in_takes_the_days_no_longer_taught_back(small: SmallSchool) -> None:
    lines = [
        "track,date,taught,kind,minutes,note",
        f"A,{WEEK[0]},yes,regular,300,",
        f"A,{WEEK[1]},yes,regular,300,",
    ]
    file = NamedFile("calendar.csv", "\n".join(lines).encode())
    import_calendar(CalendarWish(SchoolYear(schools.YEAR), "Board", days=file), NOW, "clerk")
    assert attended(small, "ana") == WEEK[:2]
    assert agrees(small)


def test_a_roster_taken_in_makes_the_years_of_its_students() -> None:
    School.objects.create(code=schools.CODE, name="Example Adult Charter", is_practice=True)
    days = (
        "track,date,taught,kind,minutes,note\nA,2026-08-17,yes,regular,300,\nA,2026-12-18,yes,regular,300,\n"
    )
    year, now = SchoolYear("2026-27"), at(date(2026, 9, 1), "09:00")
    import_calendar(CalendarWish(year, "Board", days=NamedFile("days.csv", days.encode())), now, "clerk")
    import_roster(NamedFile(SAMPLE.name, SAMPLE.read_bytes()), Wishes(), now, "clerk")
    assert StudentYear.objects.count() == Enrollment.objects.count() > 0


def test_facts_kept_from_a_day_hold_days_back_until_they_are_shown(small: SmallSchool) -> None:
    keep_facts_since(WEEK[2], "counsel's advice", small.admin, NOW)
    assert attended(small, "ana") == WEEK[:2]
    StudentFact.objects.create(
        student=small.ana,
        kind=FactKind.RESIDENCY.value,
        since=WEEK[0],
        evidence="lease, drawer 4",
        by="E004",
        at=NOW,
    )
    refresh_all(small.school, [small.ana.pk])
    assert agrees(small)
