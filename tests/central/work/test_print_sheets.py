"""Class sheets: who stands on one, under which number, for whom, and who may print it."""

from datetime import date, timedelta

import pytest

from central.domain.class_sheet import ClassSheet, Held, week_of
from central.domain.sheet_number import serial_of
from central.errors import RefusedError
from central.store.models import CalendarDay, Enrollment, Meeting, Placement, PrintedSheet, Section, Viewing
from central.store.queries.class_plans import class_plans
from central.work.print_sheets import print_sheets
from tests.fakes import school as schools
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY - timedelta(days=3), "15:00")
ALL = Section.objects.all()


def names(sheet: ClassSheet) -> list[str]:
    return [each.name for each in sheet.students]


def test_all_classes_of_a_day_are_printed_in_one_go_and_remembered(small: SmallSchool) -> None:
    small.ana.family_name = "Ávila"
    small.ana.save()
    algebra, english = print_sheets(ALL, (MONDAY, MONDAY), small.clerk, NOW)
    assert names(algebra) == ["Ávila, Ana", "Soto, Ben", "Soto, Chloe"]
    assert [each.number for each in english.students] == ["001004", "001005"]
    assert algebra.of.teachers == ("Teacher, Robin",)
    assert [(day.on, f"{day.starts}") for day in algebra.days] == [(MONDAY, "08:30:00")]
    kept = list(PrintedSheet.objects.order_by("pk"))
    assert [(row.section, row.number, row.students) for row in kept] == [
        (small.algebra, algebra.code.number, ["001001", "001002", "001003"]),
        (small.english, english.code.number, ["001004", "001005"]),
    ]
    assert {row.printed_by for row in kept} == {small.clerk}
    assert [serial_of(row.number) for row in kept] == [row.serial for row in kept]
    assert {(row.page, row.section, row.on) for row in Viewing.objects.all()} == {
        ("paper-print", small.algebra, MONDAY),
        ("paper-print", small.english, MONDAY),
    }


def test_a_sheet_printed_again_has_a_number_of_its_own(small: SmallSchool) -> None:
    numbers = [
        sheet.code.number
        for _ in range(3)
        for sheet in print_sheets(ALL, (MONDAY, MONDAY), small.leader, NOW)
    ]
    assert len(set(numbers)) == 6


def test_a_week_has_the_days_the_class_is_held_and_everybody_of_any_of_them(small: SmallSchool) -> None:
    Meeting.objects.filter(section=small.algebra, weekday=3).delete()
    CalendarDay.objects.filter(track=small.track_a, on=MONDAY + timedelta(days=4)).update(is_taught=False)
    Enrollment.objects.filter(student=small.ben).update(until=MONDAY)
    Placement.objects.filter(student=small.chloe).update(until=MONDAY - timedelta(days=1))
    wednesday = MONDAY + timedelta(days=2)
    sections = Section.objects.filter(pk=small.algebra.pk)
    (sheet,) = print_sheets(sections, week_of(wednesday), small.teacher, NOW)
    assert [day.on for day in sheet.days] == [MONDAY, MONDAY + timedelta(days=1), wednesday]
    assert (sheet.code.on_first, sheet.code.on_last, sheet.is_week) == (MONDAY, wednesday, True)
    assert names(sheet) == ["Soto, Ana", "Soto, Ben"]
    (later,) = print_sheets(sections, (wednesday, wednesday), small.teacher, NOW)
    assert names(later) == ["Soto, Ana"]
    # What a kit knows of two weeks says the same of each of its days.
    (planned,) = class_plans(sections, *week_of(MONDAY))
    assert [each.name for each in planned.plan.listed([Held(wednesday)])] == ["Soto, Ana"]


def test_a_teacher_prints_the_own_classes_and_others_are_told_who_may(small: SmallSchool) -> None:
    english = Section.objects.filter(pk=small.english.pk)
    with pytest.raises(RefusedError, match="is not of employee"):
        print_sheets(english, (MONDAY, MONDAY), small.teacher, NOW)
    for staff in (small.paraeducator, small.auditor, small.staff["it"]):
        with pytest.raises(RefusedError, match="may not add class sheets"):
            print_sheets(english, (MONDAY, MONDAY), staff, NOW)
    assert not PrintedSheet.objects.exists()
    assert not Viewing.objects.exists()


def test_no_sheet_is_printed_for_a_day_without_school(small: SmallSchool) -> None:
    for on in (LABOR_DAY, MONDAY + timedelta(days=5), date(2025, 7, 4)):
        with pytest.raises(RefusedError, match="no class chosen is held"):
            print_sheets(ALL, (on, on), small.clerk, NOW)
    assert not PrintedSheet.objects.exists()


def test_a_class_without_a_bell_schedule_is_held_whenever_it_is_taught(small: SmallSchool) -> None:
    Meeting.objects.filter(section=small.english).delete()
    Section.objects.filter(pk=small.english.pk).update(track=None)
    (sheet,) = print_sheets(Section.objects.filter(pk=small.english.pk), (MONDAY, MONDAY), small.clerk, NOW)
    assert sheet.days[0].starts is None


def test_many_classes_are_printed_in_a_few_queries(
    small: SmallSchool, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        schools.add_section(small.algebra, f"ALG-{number}", ("08:30", "10:00"))
    with django_assert_max_num_queries(18):  # type: ignore[operator]  # the fixture's own type is not exported
        assert len(print_sheets(ALL, week_of(MONDAY), small.clerk, NOW)) == 22
