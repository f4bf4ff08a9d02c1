from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from central.domain.absence import AbsenceReason
from central.domain.finding import Severity
from central.law.calpads import AbsenceSummary, absence_summary, findings_on_absence_summaries
from tests.fakes.recovery_law import STUDENT, missed
from tests.fakes.school_days import some_weekdays

ON = date(2025, 9, 1)
DAYS = some_weekdays(20, ON)
GOOD = AbsenceSummary(student=STUDENT, school="A", days_expected=180, days_attended=170, unexcused=10)


def rejections(*rows: AbsenceSummary) -> list[str]:
    return [finding.citation.rpartition(" ")[2] for finding in findings_on_absence_summaries(rows, ON)]


@pytest.mark.parametrize(
    ("recovered", "rejected"),
    [
        (None, []),
        (0, []),
        (10, []),
        (Fraction(3), []),
        (11, ["STAS0739"]),
        (-1, ["STAS0739"]),
        (Fraction(5, 2), ["STAS0739"]),
    ],
)
def test_recovered_days_are_whole_and_from_0_to_10(
    recovered: int | Fraction | None, rejected: list[str]
) -> None:
    assert rejections(replace(GOOD, days_recovered=recovered)) == rejected


@pytest.mark.parametrize(
    "name",
    [
        "days_attended",
        "out_of_school_suspension",
        "in_school_suspension",
        "excused",
        "unexcused",
        "study_without_ada",
        "study_with_ada",
    ],
)
def test_each_of_the_seven_fields_is_in_the_sum(name: str) -> None:
    row = AbsenceSummary(student=STUDENT, school="A", days_expected=180, days_attended=179)
    assert rejections(row) == ["STAS0318"]
    assert rejections(replace(row, **{name: getattr(row, name) + 1})) == []


def test_a_negative_day_does_not_mend_the_sum() -> None:
    assert rejections(replace(GOOD, excused=-10, unexcused=20)) == ["STAS0318"]


def test_days_of_each_reason_fall_in_their_field() -> None:
    reasons = (
        (AbsenceReason.SUSPENSION, 1),
        (AbsenceReason.IN_SCHOOL_SUSPENSION, 2),
        (AbsenceReason.EXCUSED, 3),
        (AbsenceReason.UNEXCUSED, 4),
        (AbsenceReason.INCOMPLETE_STUDY, 5),
    )
    days = iter(DAYS)
    absences = [
        found for reason, count in reasons for found in missed([next(days) for _ in range(count)], reason)
    ]
    row = absence_summary(STUDENT, "A", 180, [*absences, replace(missed(DAYS[19:])[0], student="S2")])
    assert row.parts == (165, 1, 2, 3, 4, 5, 0)
    assert (row.days_absent, row.days_absent_in_person, row.days_recovered) == (13, 8, None)
    assert rejections(row) == []


def test_an_absence_without_a_field_is_found_by_the_sum() -> None:
    row = absence_summary(STUDENT, "A", 180, missed(DAYS[:1], AbsenceReason.IMMUNIZATION))
    assert rejections(row) == ["STAS0318"]


def test_recovered_days_take_no_absence_away() -> None:
    row = absence_summary(STUDENT, "A", 180, missed(DAYS[:18]), 3)
    assert (row.days_absent, row.unexcused, row.days_attended, row.days_recovered) == (18, 18, 162, 3)


def test_unfinished_independent_study_is_no_absence_recovered_days_are_measured_against() -> None:
    row = replace(GOOD, unexcused=4, study_without_ada=6, days_recovered=5)
    assert rejections(row) == ["STAS0740E1"]


def test_a_student_is_held_to_ten_days_over_all_schools_of_the_agency() -> None:
    halves = [replace(GOOD, school=school, days_recovered=5) for school in ("A", "B", "C")]
    assert rejections(*halves[:2]) == []
    assert rejections(*halves) == ["STAS0740E1"]
    assert rejections(*halves[:2], replace(halves[2], student="S2")) == []


def test_a_row_that_is_rejected_by_itself_is_not_added_up() -> None:
    assert rejections(replace(GOOD, days_recovered=11), replace(GOOD, school="B", days_recovered=1)) == [
        "STAS0739"
    ]


def test_a_rejection_blocks_the_export_and_names_the_rule() -> None:
    (finding,) = findings_on_absence_summaries([replace(GOOD, days_recovered=11)], ON)
    assert (finding.rule, finding.citation, finding.subject, finding.severity) == (
        "R-AR-13",
        "EC 46211; CALPADS STAS0739",
        STUDENT,
        Severity.BLOCKING,
    )
