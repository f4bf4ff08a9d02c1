"""Who looked at a student: directly, at a class on a day the student was in it, at a list of the school."""

from datetime import date, timedelta

import pytest

from central.store.models import Placement, Student
from central.store.queries.viewings import viewings_of
from central.work.viewings import Seen, note
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def what(student: Student, since: date | None = None, until: date | None = None) -> list[str]:
    return [look.at_what for look in viewings_of(student, since, until)]


def test_a_look_at_a_class_is_one_at_whoever_was_in_it_that_day(small: SmallSchool) -> None:
    now = at(MONDAY, "09:00")
    note(small.teacher, Seen("session", section=small.algebra, on=MONDAY), now)
    note(small.teacher, Seen("session", section=small.algebra, on=TUESDAY), now)
    note(small.other_teacher, Seen("session", section=small.english, on=MONDAY), now)
    Placement.objects.filter(student=small.ben).update(until=MONDAY)
    assert what(small.ana) == [f"class ALG1-01 on {TUESDAY}", f"class ALG1-01 on {MONDAY}"]
    assert what(small.ben) == [f"class ALG1-01 on {MONDAY}"]
    assert what(small.dan) == [f"class ENG1-01 on {MONDAY}"]


def test_a_look_at_a_student_is_that_student_s_alone_and_tells_who(small: SmallSchool) -> None:
    note(small.clerk, Seen("student", student=small.ana), at(MONDAY, "09:00"))
    note(small.ana, Seen("own", student=small.ana), at(MONDAY, "10:00"))
    looks = viewings_of(small.ana)
    assert [(look.by, look.page) for look in looks] == [
        (f"student {small.ana.number}", "own"),
        (f"employee {small.clerk.number}", "student"),
    ]
    assert viewings_of(small.ben) == []


def test_a_list_of_the_school_shows_everybody(small: SmallSchool) -> None:
    note(small.clerk, Seen("students"), at(MONDAY, "09:00"))
    assert what(small.eva) == ["a list of the school"]


def test_days_are_those_of_the_school_both_included(small: SmallSchool) -> None:
    for clock in ("00:00", "23:59"):
        note(small.clerk, Seen("student", student=small.ana), at(MONDAY, clock))
    assert len(what(small.ana, MONDAY, MONDAY)) == 2
    assert what(small.ana, TUESDAY) == []
    assert what(small.ana, None, MONDAY - timedelta(days=1)) == []
