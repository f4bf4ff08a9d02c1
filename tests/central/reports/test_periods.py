"""P-1, P-2 and Annual: only certified days count, exactly, and every number has its proof."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from central.domain.period import PeriodKind
from central.errors import CentralError
from central.reports.periods import period_report
from central.store.models import (
    CalendarDay,
    Decision,
    Enrollment,
)
from tests.fakes import school as schools
from tests.fakes.register import P1_DAYS_A, P1_DAYS_B, SUMMER, Register, ada, report, says
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_each_track_is_divided_by_its_own_days_and_the_total_adds_the_cells(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    register.certified(small.english, small.dan, schools.taught("B")[:30])
    made = report(small)
    assert ada(made) == {
        "A": (f"40/{P1_DAYS_A}", Decimal("0.43")),
        "B": (f"30/{P1_DAYS_B}", Decimal("0.33")),
    }
    assert made.total == Decimal("0.76")
    assert len(made.proof) == 70


def test_a_printed_total_is_the_sum_of_printed_cells(small: SmallSchool, register: Register) -> None:
    for number, grade in enumerate(["K", "5", "8"], start=1):
        student = schools.enrol(f"g{grade}", small.algebra, number=f"G{number}", grade=grade)
        register.certified(small.algebra, student, schools.taught("A")[:43])
    made = report(small)
    # Three cells of 43/93 = 0.4623... print as 0.46; their exact sum 129/93 would print as 1.39.
    assert [row.exact for row in made.rows if row.numerator] == [f"43/{P1_DAYS_A}"] * 3
    assert made.total == Decimal("1.38")


def test_removed_and_absent_records_are_no_attendance(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, [MONDAY], mark="absent")
    removed = register.provisional(small.algebra, small.ben, MONDAY)
    Decision.objects.create(
        record=removed,
        stage_from="provisional",
        stage_to="removed",
        mark="present",
        by=small.teacher,
        at=at(MONDAY, "15:00"),
        is_same_day=True,
    )
    assert ada(report(small))["A"][0] == f"0/{P1_DAYS_A}"


def test_three_classes_of_one_day_are_one_day(small: SmallSchool, register: Register) -> None:
    geometry = schools.add_section(small.algebra, "GEO-01", ("12:30", "14:00"))
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(geometry, small.ana, [MONDAY], by=small.teacher)
    made = report(small)
    assert ada(made)["A"][0] == f"1/{P1_DAYS_A}"
    assert [line.section for line in made.proof] == ["ALG1-01"]


def test_presence_on_two_tracks_the_same_day_is_one_day_and_a_finding(
    small: SmallSchool, register: Register
) -> None:
    Enrollment.objects.create(student=small.ana, track=small.track_b, grade="9", since=schools.FIRST_DAY)
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(small.english, small.ana, [MONDAY])
    made = report(small)
    assert sum(row.numerator for row in made.rows) == 1
    assert "one date, which is one day" in says(made, "R-ADA-04")


def test_a_certified_mark_on_a_day_not_taught_counts_for_nothing(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [LABOR_DAY])
    made = report(small)
    assert ada(made)["A"][0] == f"0/{P1_DAYS_A}"
    assert "was not taught" in says(made, "R-ADA-02")


def test_only_full_school_months_count(small: SmallSchool, register: Register) -> None:
    last_in, first_out = date(2024, 12, 20), date(2025, 1, 6)
    register.certified(small.algebra, small.ana, [last_in, first_out])
    assert ada(report(small))["A"][0] == f"1/{P1_DAYS_A}"
    assert ada(report(small, PeriodKind.ANNUAL))["A"][0] == "2/195"
    assert report(small).tracks[0].months == (1, 2, 3, 4, 5)
    assert [line.on for line in report(small).proof] == [last_in]


def test_a_report_as_of_a_day_knows_nothing_of_later_decisions(
    small: SmallSchool, register: Register
) -> None:
    friday, signed_late = date(2024, 12, 20), at(date(2025, 1, 10), "23:59")
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(small.algebra, small.ben, [friday], signed_at=signed_late)
    register.correct(small.ana, MONDAY, "absent", at(date(2025, 2, 1), "09:00"))
    numerators = {
        as_of: report(small, as_of=as_of).rows[0].numerator
        for as_of in (date(2025, 1, 9), date(2025, 1, 10), date(2025, 2, 1))
    }
    assert list(numerators.values()) == [1, 2, 1]


def test_a_report_as_of_a_day_that_has_not_come_is_refused(small: SmallSchool) -> None:
    with pytest.raises(CentralError, match="has not come yet"):
        report(small, as_of=SUMMER + timedelta(days=1))


def test_without_a_calendar_there_is_no_report(small: SmallSchool) -> None:
    CalendarDay.objects.all().delete()
    with pytest.raises(CentralError, match="import the calendar first"):
        report(small)


def test_the_digest_stays_while_the_ground_does_and_moves_with_one_day(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:3])
    first = report(small)
    assert period_report(small.year, PeriodKind.P1, SUMMER, at(SUMMER, "23:00")).digest == first.digest
    register.correct(small.ana, schools.taught("A")[0], "absent", at(MONDAY, "09:00"))
    register.certified(small.algebra, small.ben, schools.taught("A")[:1])
    second = report(small)
    assert second.total == first.total
    assert second.digest != first.digest


def test_a_year_of_records_takes_the_same_few_queries_as_a_day(
    small: SmallSchool, register: Register
) -> None:
    counts = []
    for days in (schools.taught("A")[:1], schools.taught("A")[1:60]):
        register.certified(small.algebra, small.ana, days)
        with CaptureQueriesContext(connection) as queries:
            report(small)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 60


def test_a_districts_day_shorter_than_the_minimum_day_is_no_day_and_a_charters_is(
    small: SmallSchool, register: Register
) -> None:
    CalendarDay.objects.filter(track=small.track_a, on=MONDAY).update(minutes_offered=239)
    register.certified(small.algebra, small.ana, [MONDAY, MONDAY + timedelta(days=1)])
    assert ada(report(small))["A"][0] == f"2/{P1_DAYS_A}"
    small.school.kind = "district"
    small.school.save()
    small.year.refresh_from_db()
    made = report(small)
    assert ada(made)["A"][0] == f"1/{P1_DAYS_A}"
    assert "offered 239 minutes; a district's day of attendance takes 240" in says(made, "R-ADA-03")


def test_independent_study_has_rows_of_its_own_beside_the_classroom(
    small: SmallSchool, register: Register
) -> None:
    Enrollment.objects.filter(student=small.ben).update(modality="independent study")
    register.certified(small.algebra, small.ana, [MONDAY])
    made = report(small)
    modalities = [row.modality.value for row in made.rows if row.track == "A"]
    assert modalities == ["classroom", "independent study"]
    assert [row.line.value for row in made.rows if row.track == "A"] == ["regular", "independent study"]
    (span,) = made.span_totals()
    assert span.classroom == made.classroom == Decimal("0.01")
