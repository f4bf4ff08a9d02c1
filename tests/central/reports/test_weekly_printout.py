"""The week on paper: every class with its teacher, its days, its students, and where to sign."""

from datetime import date, timedelta

import pypdfium2
import pytest
from pytest_django import DjangoAssertNumQueries

from central.reports.board_papers import Printed
from central.reports.paper_weekly_printout import papers
from central.reports.weekly_printout_report import WeeklyPrintout, report
from central.store.models import Assignment, AttendanceRecord, Placement
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
FRIDAY = MONDAY + timedelta(days=4)


def made(small: SmallSchool, as_of: date = FRIDAY) -> WeeklyPrintout:
    return report(small.year, as_of, at(SUMMER, "12:00"))


def grid(of: WeeklyPrintout, code: str) -> Printed:
    return next(table for table in papers(of).tables if table.short == code)


def test_a_teacher_signs_the_week_as_it_was_recorded(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, [MONDAY, FRIDAY])
    register.certified(small.algebra, small.ben, [MONDAY], mark="absent")
    AttendanceRecord.objects.filter(student=small.ana, on=FRIDAY).update(is_tardy=True)
    register.provisional(small.algebra, small.ben, FRIDAY)
    Placement.objects.filter(student=small.chloe).update(since=FRIDAY)
    table = grid(made(small), "ALG1-01")
    assert list(table.columns[2:7]) == ["Mon 09/09", "Tue 09/10", "Wed 09/11", "Thu 09/12", "Fri 09/13"]
    assert list(table.rows) == [
        ["001001", "Soto, Ana", "P", "", "", "", "T", 2, 0],
        ["001002", "Soto, Ben", "A", "", "", "", "(P)", 0, 1],
        ["001003", "Soto, Chloe", "-", "-", "-", "-", "", 0, 0],
    ]
    assert table.says[0] == "Teacher: Teacher, Robin (employee E001), room R101."
    assert "Signature: ____" in table.says[2]
    subjects = [(found.subject, found.severity.value) for found in made(small).findings]
    assert subjects == [("ENG1-01, ALG1-01", "warning"), ("ALG1-01", "warning")]


def test_the_week_is_that_of_the_day_and_knows_nothing_of_later_decisions(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    register.correct(small.ana, MONDAY, "absent", at(SUMMER, "10:00"))
    tuesday = made(small, MONDAY + timedelta(days=1))
    assert (tuesday.since, tuesday.until) == (MONDAY, MONDAY + timedelta(days=6))
    assert grid(tuesday, "ALG1-01").rows[0][2] == "P"
    assert "not over" in tuesday.findings[0].says
    # A holiday is no day of the class, and a day with no class at all is a week all the same.
    labor = grid(made(small, LABOR_DAY), "ALG1-01")
    assert list(labor.columns[2:-2]) == ["Tue 09/03", "Wed 09/04", "Thu 09/05", "Fri 09/06"]
    assert made(small, date(2024, 7, 3)).classes == ()


def test_a_class_of_nobody_is_named_and_queries_do_not_grow_with_the_classes(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        schools.add_section(small.algebra, f"ALG1-1{number}", ("13:00", "14:00"))
    Assignment.objects.filter(section=small.english).delete()
    with django_assert_max_num_queries(13):
        of = made(small)
    assert len(of.classes) == 8
    assert any("ENG1-01" in found.subject and "nobody is assigned" in found.says for found in of.findings)
    assert all(papers(of).written(form) for form in ("xlsx", "csv"))


def test_each_class_is_a_sheet_of_its_own_to_be_signed_and_kept(small: SmallSchool) -> None:
    pages = pypdfium2.PdfDocument(papers(made(small)).written("pdf"))
    signed = [page.get_textpage().get_text_range().count("Signature: ") for page in pages]
    assert signed == [0, 1, 1]
