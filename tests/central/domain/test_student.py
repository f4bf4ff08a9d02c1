from datetime import date, time

import pytest

from central.domain.enrolment import Grade
from central.domain.errors import DomainError
from central.domain.recovery import Participation, RegularDay
from central.domain.student import StudentFacts


def test_a_student_is_a_year_older_on_the_birthday_and_not_before() -> None:
    facts = StudentFacts(student="S1", born_on=date(2005, 10, 2))
    assert facts.age_on(date(2024, 10, 1)) == 18
    assert facts.age_on(date(2024, 10, 2)) == 19


def test_who_was_born_on_february_29_ages_on_march_1_of_other_years() -> None:
    facts = StudentFacts(student="S1", born_on=date(2004, 2, 29))
    assert facts.age_on(date(2025, 2, 28)) == 20
    assert facts.age_on(date(2025, 3, 1)) == 21


def test_without_a_birth_date_there_is_no_age() -> None:
    assert StudentFacts(student="S1").age_on(date(2024, 10, 1)) is None


def test_nobody_takes_part_for_less_than_no_time() -> None:
    assert Participation("S1", Grade.K, 0).minutes == 0
    with pytest.raises(DomainError, match="-1 minutes"):
        Participation("S1", Grade.K, -1)


def test_a_regular_day_is_told_in_the_schools_own_time() -> None:
    assert RegularDay(time(8, 30), time(15)).ends.tzinfo is None
