from datetime import date

import pytest

from central.domain.enrolment import EnrolledSpan, Grade, GradeSpan, Programme
from central.domain.errors import DomainError

SPANS = {
    GradeSpan.TK_3: ["TK", "K", "1", "2", "3"],
    GradeSpan.G4_6: ["4", "5", "6"],
    GradeSpan.G7_8: ["7", "8"],
    GradeSpan.G9_12: ["9", "10", "11", "12"],
}


def test_every_grade_is_reported_in_its_span() -> None:
    assert {grade: grade.span for grade in Grade} == {
        Grade(value): span for span, grades in SPANS.items() for value in grades
    }


def test_both_kindergartens_come_before_grade_1() -> None:
    assert [grade.level for grade in (Grade.TK, Grade.K, Grade.G1, Grade.G12)] == [0, 0, 1, 12]


def test_an_enrolment_holds_its_first_and_its_last_day() -> None:
    span = EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, date(2024, 9, 2), date(2024, 9, 4))
    assert [span.holds(date(2024, 9, day)) for day in (1, 2, 4, 5)] == [False, True, True, False]


def test_an_enrolment_without_an_end_lasts() -> None:
    span = EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, date(2024, 9, 2))
    assert span.holds(date(2030, 1, 1))


def test_an_enrolment_cannot_end_before_it_begins() -> None:
    with pytest.raises(DomainError, match="before it begins"):
        EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, date(2024, 9, 2), date(2024, 9, 1))


def test_grades_stand_in_the_order_of_school() -> None:
    written = ["10", "9", "K", "1", "TK"]
    assert sorted(written, key=lambda grade: Grade(grade).place) == ["TK", "K", "1", "9", "10"]
