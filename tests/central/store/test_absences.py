"""Full-day absences are read as decisions and notes stood at an instant."""

from datetime import date

import pytest

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.student import FactKind
from central.store.models import Enrollment
from central.store.queries.absences import full_day_absences
from central.store.queries.facts import dated_facts, programme_agreements, student_facts
from tests.fakes import school as schools
from tests.fakes.facts import agreement, fact, note
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import FIRST_DAY, SmallSchool, at

pytestmark = pytest.mark.django_db

DAYS = schools.taught("A")[:6]


@pytest.fixture
def small(db: None) -> SmallSchool:
    del db
    return schools.build()


@pytest.fixture
def register(small: SmallSchool) -> Register:
    return Register(small)


def absent(small: SmallSchool, before: date = SUMMER, until: date = SUMMER) -> list[FullDayAbsence]:
    return full_day_absences(small.year, at(before, "12:00"), until)


def test_absences_are_those_certified_by_then_with_the_reason_noted_by_then(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, DAYS[:2], mark="absent")
    note(small.ana, DAYS[0], "excused", at(DAYS[4], "09:00"))
    number = small.ana.number
    first = [FullDayAbsence(number, on, AbsenceReason.UNEXCUSED) for on in DAYS[:2]]
    assert absent(small, DAYS[3]) == first
    assert absent(small, DAYS[4])[0].reason is AbsenceReason.EXCUSED
    assert absent(small, DAYS[3], DAYS[0]) == first[:1]
    assert absent(small, DAYS[0]) == []


def test_presence_in_any_class_of_the_day_is_no_absence(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, DAYS[:2], mark="absent")
    other = schools.add_section(small.algebra, "GEO-01", ("12:30", "14:00"))
    register.certified(other, small.ana, DAYS[:1], by=small.teacher)
    assert [absence.on for absence in absent(small)] == [DAYS[1]]


def test_a_correction_ends_the_absence_from_its_own_instant_on(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, DAYS[:1], mark="absent")
    register.correct(small.ana, DAYS[0], "present", at(DAYS[3], "09:00"))
    assert len(absent(small, DAYS[2])) == 1
    assert absent(small, DAYS[3]) == []


def test_nobody_is_absent_after_leaving(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, DAYS[:2], mark="absent")
    Enrollment.objects.filter(student=small.ana).update(until=DAYS[0])
    assert [absence.on for absence in absent(small)] == [DAYS[0]]


def test_a_code_nobody_knows_is_unexcused(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, DAYS[:1], mark="absent")
    note(small.ana, DAYS[0], "hearsay")
    assert [absence.reason for absence in absent(small)] == [AbsenceReason.UNEXCUSED]


def test_facts_are_read_as_they_stand_now(small: SmallSchool) -> None:
    fact(small.ana, "residency", FIRST_DAY)
    fact(small.ana, "residency", FIRST_DAY, DAYS[3])
    fact(small.ana, "diploma course at 19", DAYS[0])
    fact(small.ana, "diploma course at 19", DAYS[0], withdrawn=True)
    (found,) = dated_facts(small.school.pk)
    assert (found.student, found.kind, found.valid.until) == (small.ana.number, FactKind.RESIDENCY, DAYS[3])
    assert dated_facts(small.school.pk, (FactKind.WIOA,)) == []
    known = student_facts(small.school.pk)
    assert known[small.ana.number].admitted_on == FIRST_DAY
    assert known[small.ben.number].residency == ()


def test_the_last_row_of_an_agreement_counts(small: SmallSchool) -> None:
    agreement(small.school, FIRST_DAY, name="one")
    agreement(small.school, FIRST_DAY, DAYS[2], name="one")
    agreement(small.school, DAYS[3], name="two")
    assert [row.valid.until for row in programme_agreements(small.school.pk)] == [DAYS[2], None]
