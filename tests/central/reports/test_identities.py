"""A sum that does not agree is found, and a report with one is not closed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from central.domain.period import PeriodKind
from central.errors import RefusedError
from central.reports import identities
from central.reports.groundwork import ground_of
from central.reports.period import CapRow, PeriodRow
from central.reports.periods import report_on
from central.reports.snapshots import close
from central.store.models import AttendanceRecord, Decision, Enrollment, StudentYear
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register, report, rules, says
from tests.fakes.school import LABOR_DAY, SmallSchool, at

pytestmark = pytest.mark.django_db

NOW = at(SUMMER, "12:00")


def submit(small: SmallSchool, record: AttendanceRecord) -> None:
    Decision.objects.create(
        record=record,
        stage_from="certified",
        stage_to="submitted",
        mark="present",
        by=small.teacher,
        at=at(SUMMER, "09:00"),
        is_same_day=False,
    )


def test_a_record_submitted_and_never_confirmed_keeps_the_period_open(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:3])
    submit(small, AttendanceRecord.objects.earliest("pk"))
    made = report(small)
    assert "1 records were submitted, 0 of them are confirmed" in says(made, "R-MON-01")
    with pytest.raises(RefusedError, match=r"cannot be certified: 1 records were submitted.*\(R-MON-01\)"):
        close(made, small.year, small.admin, NOW)


def test_a_row_that_is_not_the_sum_of_its_months_is_found(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:3])
    ground = ground_of(small.year, PeriodKind.P1, SUMMER, NOW)
    made = report_on(ground, NOW)
    row = made.rows[0]
    wrong = replace(made, rows=(PeriodRow(row.track, row.span, 4, row.divisor), *made.rows[1:]))
    found = list(identities.find_in(wrong, ground))
    assert {each.rule for each in found} == {"R-MON-01", "R-AUD-03"}
    assert "has 4 days of attendance over 93 taught; its school months come to 3" in found[0].says
    assert all(each.blocks for each in found)
    assert list(identities.find_in(made, ground)) == []


def test_a_day_claimed_that_was_not_possible_is_found(small: SmallSchool) -> None:
    ground = ground_of(small.year, PeriodKind.P1, SUMMER, NOW)
    assert list(identities.find(ground)) == []
    (cell, *others) = ground.months
    wrong = replace(cell, attended=cell.attended + 1)
    found = list(identities.find(replace(ground, months=(wrong, *others))))
    assert [each.rule for each in found] == ["R-MON-01"]
    assert "days were possible" in found[0].says


def test_counted_days_that_differ_from_the_records_keep_the_period_open(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:3])
    empty = bytes(46)
    StudentYear.objects.create(
        school_year=small.year,
        student=small.ana,
        track=small.track_a,
        span="9-12",
        enrolled=empty,
        attended=empty,
        absent=empty,
    )
    made = report(small)
    assert "counted days differ from the records" in says(made, "R-MON-01")
    with pytest.raises(RefusedError, match="cannot be certified"):
        close(made, small.year, small.admin, NOW)


def test_days_that_were_left_out_do_not_keep_the_number_open(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, [LABOR_DAY, *schools.taught("A")[:3]])
    made = report(small)
    assert any(found.blocks for found in made.findings if found.rule == "R-ADA-02")
    assert close(made, small.year, small.admin, NOW).body["total"]["pupil_days"] == 3


def test_who_is_above_one_ada_on_two_tracks_is_capped_in_a_line_of_its_own(
    small: SmallSchool, register: Register
) -> None:
    Enrollment.objects.filter(student=small.ana).update(until=schools.taught("A")[-1])
    Enrollment.objects.create(student=small.ana, track=small.track_b, grade="9", since=schools.FIRST_DAY)
    days_a, days_b = set(schools.taught("A")), set(schools.taught("B"))
    only_a = sorted(days_a - days_b)
    shared = sorted(days_a & days_b)
    register.certified(small.algebra, small.ana, [*only_a, *shared[:50]])
    register.certified(small.english, small.ana, shared[50:])
    made = report(small)
    assert sum(row.numerator for row in made.rows) == 93
    (cap,) = made.caps
    # 52/93 and 41/92 are two rows; above one stands what the shorter track's divisor adds.
    assert (cap.students, cap.ada) == (1, Decimal("0.00"))
    assert cap.excess > 0
    assert "R-TRK-05" in rules(made)
    whole = replace(made, caps=(CapRow(cap.span, cap.modality, 1, cap.excess * 50),))
    assert whole.total == made.total + whole.caps[0].ada
    assert whole.caps[0].ada < 0
