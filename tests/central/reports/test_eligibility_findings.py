"""From the day facts are kept a day counts only with them, and the report says what was held back and why."""

from datetime import date, timedelta

import pytest

from central.domain.finding import Severity
from central.domain.period import PeriodKind
from central.store.models import Enrollment, Student
from tests.fakes import school as schools
from tests.fakes.facts import agreement, fact, keep_facts, note
from tests.fakes.register import P1_DAYS_A, Register, ada, report, rules, says
from tests.fakes.school import FIRST_DAY, MONDAY, SmallSchool

pytestmark = pytest.mark.django_db

DAYS = schools.taught("A")[:10]
FIFTEEN = date(2009, 5, 5)


def born(student: Student, on: date) -> None:
    student.birth_on = on
    student.save()


def counted(small: SmallSchool) -> str:
    return ada(report(small))["A"][0]


@pytest.fixture
def kept(small: SmallSchool, register: Register) -> SmallSchool:
    """Return the school with ten certified days of Ana, who is fifteen, and facts kept from the start."""
    register.certified(small.algebra, small.ana, DAYS)
    born(small.ana, FIFTEEN)
    keep_facts(small.school, FIRST_DAY)
    return small


def test_nothing_is_held_back_before_facts_are_kept(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, DAYS)
    assert counted(small) == f"10/{P1_DAYS_A}"
    assert "no day was held back" in says(report(small), "R-AGE-01")


def test_without_residency_every_day_is_held_back_and_told_once(kept: SmallSchool) -> None:
    assert counted(kept) == f"0/{P1_DAYS_A}"
    (found,) = [each for each in report(kept).findings if each.rule == "R-AGE-01"]
    assert found.says.startswith("10 days of 1 student are held back: no proof of California residency")
    assert (found.subject, found.on, found.severity) == (
        f"student {kept.ana.number}",
        DAYS[0],
        Severity.BLOCKING,
    )


def test_a_fact_counts_from_its_first_day_to_its_last(kept: SmallSchool) -> None:
    fact(kept.ana, "residency", DAYS[2], DAYS[6])
    assert counted(kept) == f"5/{P1_DAYS_A}"
    assert "5 days of 1 student are held back" in says(report(kept), "R-AGE-01")


def test_withdrawing_a_fact_takes_its_days_back_and_nothing_else(kept: SmallSchool) -> None:
    fact(kept.ana, "residency", DAYS[0], DAYS[4])
    fact(kept.ana, "residency", DAYS[5])
    assert counted(kept) == f"10/{P1_DAYS_A}"
    fact(kept.ana, "residency", DAYS[5], withdrawn=True)
    assert counted(kept) == f"5/{P1_DAYS_A}"


def test_days_before_facts_are_kept_are_counted_and_named(kept: SmallSchool) -> None:
    keep_facts(kept.school, DAYS[4])
    made = report(kept)
    assert ada(made)["A"][0] == f"4/{P1_DAYS_A}"
    assert f"4 days counted are before {DAYS[4]}, from which facts are kept" in says(made, "R-AGE-01")
    assert "6 days of 1 student are held back" in says(made, "R-AGE-01")


def test_several_students_are_one_finding_with_their_number(kept: SmallSchool, register: Register) -> None:
    register.certified(kept.algebra, kept.ben, DAYS[:3])
    (found,) = [each for each in report(kept).findings if each.rule == "R-AGE-01"]
    assert found.says.startswith("13 days of 2 students are held back")
    assert found.subject == f"students {kept.ana.number}, {kept.ben.number}"


def test_an_adult_of_a_partnership_needs_an_agreement_in_force_that_day(kept: SmallSchool) -> None:
    Enrollment.objects.filter(student=kept.ana).update(programme="47612.1")
    born(kept.ana, date(1990, 1, 1))
    fact(kept.ana, "residency", FIRST_DAY)
    agreement(kept.school, FIRST_DAY, DAYS[3], name="WIOA one")
    agreement(kept.school, DAYS[5], name="WIOA two")
    made = report(kept)
    assert ada(made)["A"][0] == f"9/{P1_DAYS_A}"
    gap = [each for each in made.findings if each.rule == "R-AGE-03"]
    assert [(each.on, each.severity) for each in gap] == [(DAYS[4], Severity.WARNING)]
    assert "1 days of 1 student are held back" in says(made, "R-AGE-02")


def test_an_agreement_that_is_not_exclusive_frees_nobody(kept: SmallSchool) -> None:
    Enrollment.objects.filter(student=kept.ana).update(programme="47612.1")
    born(kept.ana, date(1990, 1, 1))
    fact(kept.ana, "residency", FIRST_DAY)
    agreement(kept.school, FIRST_DAY, exclusive=False)
    assert counted(kept) == f"0/{P1_DAYS_A}"


def test_a_minor_without_an_immunization_record_stops_counting_after_the_day_it_was_due(
    small: SmallSchool, register: Register
) -> None:
    keep_facts(small.school, FIRST_DAY)
    after = [on for on in schools.taught("A") if on > date(2024, 12, FIRST_DAY.day)]
    register.certified(small.algebra, small.ben, after[:12])
    born(small.ben, FIFTEEN)
    fact(small.ben, "residency", FIRST_DAY)
    made = report(small, PeriodKind.ANNUAL)
    counted_days = {line.on for line in made.proof if line.student == small.ben.number}
    assert counted_days == set(after[:10])
    assert "2 days of 1 student are held back: no immunization record" in says(made, "R-AGE-06")


def test_an_immunization_record_or_an_exemption_lets_them_count(
    small: SmallSchool, register: Register
) -> None:
    after = [on for on in schools.taught("A") if on > date(2024, 12, FIRST_DAY.day)][10:14]
    register.certified(small.algebra, small.ben, after)
    born(small.ben, FIFTEEN)
    fact(small.ben, "residency", FIRST_DAY)
    keep_facts(small.school, FIRST_DAY)
    fact(small.ben, "immunization", after[1], after[1])
    fact(small.ben, "immunization exemption", after[3])
    made = report(small, PeriodKind.ANNUAL)
    assert {line.on for line in made.proof} == {after[1], after[3]}


def test_an_admission_of_an_earlier_year_has_no_new_time_for_the_record(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, DAYS)
    born(small.ana, FIFTEEN)
    fact(small.ana, "residency", FIRST_DAY)
    keep_facts(small.school, FIRST_DAY)
    earlier = small.school.years.create(name="2023-24").tracks.create(code="A")
    since = date(2023, 8, 14)
    weekdays = [since + timedelta(days=n) for n in range(200) if (since + timedelta(days=n)).weekday() < 5]
    for on in weekdays:
        earlier.days.create(on=on, is_taught=True, kind="regular")
    Enrollment.objects.create(
        student=small.ana, track=earlier, grade="8", since=since, until=date(2024, 5, 30)
    )
    assert counted(small) == f"0/{P1_DAYS_A}"
    assert "10 days of 1 student" in says(report(small), "R-AGE-06")


def test_concurrent_college_is_counted_and_looked_at(kept: SmallSchool) -> None:
    fact(kept.ana, "residency", FIRST_DAY)
    fact(kept.ana, "concurrent college", DAYS[0], DAYS[1])
    made = report(kept)
    assert ada(made)["A"][0] == f"10/{P1_DAYS_A}"
    assert "was enrolled in a college as well" in says(made, "R-ADA-05")


def test_a_day_recorded_present_against_a_note_of_absence_is_held_back(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, DAYS[:3])
    note(small.ana, DAYS[0], "excused")
    note(small.ana, DAYS[1], "in-school suspension")
    note(small.ana, DAYS[2], "unexcused")
    note(small.ana, DAYS[2], "withdrawn")
    made = report(small)
    assert ada(made)["A"][0] == f"2/{P1_DAYS_A}"
    assert "1 days of 1 student are held back: the office noted an absence that day" in says(made, "R-REC-07")


def test_a_track_in_which_nobody_missed_a_day_is_implausible(small: SmallSchool, register: Register) -> None:
    for student in (small.ana, small.ben, small.chloe):
        register.certified(small.algebra, student, schools.taught("A")[:67])
    assert "all 201 student days recorded are present, which is implausible" in says(
        report(small), "R-AUD-02"
    )
    register.certified(small.algebra, small.chloe, [schools.taught("A")[67]], mark="absent")
    assert "R-AUD-02" not in rules(report(small))


def test_students_enrolled_who_never_came_are_no_shows(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(small.english, small.dan, schools.taught("B")[:1])
    assert "3 students are enrolled and attended on no day" in says(report(small), "R-MON-01")
