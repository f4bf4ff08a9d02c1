"""Unduplicated counts of a school: each student once, in every group and in all."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from central.law.unduplicated import HeadCount
from central.reports.paper_unduplicated import papers
from central.reports.unduplicated import UnduplicatedReport
from central.reports.unduplicated_report import report
from central.store.models import Enrollment
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def made(small: SmallSchool, as_of: date = SUMMER) -> UnduplicatedReport:
    return report(small.year, as_of, at(SUMMER, "12:00"))


def groups(of: UnduplicatedReport, name: str) -> dict[str, HeadCount]:
    return dict(next(each.groups for each in of.groupings if each.name == name))


def test_a_student_who_changed_track_is_in_both_and_counted_once(
    small: SmallSchool, register: Register
) -> None:
    Enrollment.objects.filter(student=small.ana).update(until=MONDAY)
    Enrollment.objects.create(
        student=small.ana,
        track=small.track_b,
        grade="10",
        since=MONDAY + timedelta(days=1),
        programme="47612.1",
    )
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(small.algebra, small.ben, [MONDAY], mark="absent")
    register.provisional(small.algebra, small.chloe, MONDAY)
    of = made(small)
    assert of.whole == HeadCount(enrolled=5, attended=1, claimed=1, counted_here=5)
    assert groups(of, "track") == {"A": HeadCount(3, 1, 1, 2), "B": HeadCount(3, 0, 0, 3)}
    assert groups(of, "grade") == {"10": HeadCount(1, 0, 0, 1), "9": HeadCount(5, 1, 1, 4)}
    assert groups(of, "programme")["EC 47612.1"] == HeadCount(1, 0, 0, 1)
    assert groups(of, "school month")["2"] == HeadCount(5, 1, 1, 0)
    assert [found.subject for found in of.findings] == ["4 students"]
    # As of an earlier day the move has not happened yet.
    assert groups(made(small, MONDAY), "track")["B"] == HeadCount(2, 0, 0, 2)


def test_a_record_of_somebody_never_enrolled_is_named_and_not_counted(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    Enrollment.objects.filter(student=small.ana).delete()
    of = made(small)
    assert (of.whole.enrolled, of.whole.attended) == (4, 0)
    assert "001001" in next(found.subject for found in of.findings if found.rule == "R-ADA-02")


def test_numbers_are_text_and_queries_bounded_and_nobody_is_a_report_too(
    small: SmallSchool, register: Register, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    with django_assert_max_num_queries(40):
        made(small)
    students = next(table for table in papers(made(small)).tables if table.short == "Students")
    assert students.rows[0][0] == "001001"
    Enrollment.objects.all().delete()
    empty = made(small)
    assert empty.whole == HeadCount()
    assert all(papers(empty).written(form) for form in ("pdf", "xlsx", "csv"))
