"""Absence, truancy, immunization and retention hold for every history, not only for the examples."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.absence import AbsenceReason
from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import EnrolledSpan, Grade, Partner, PartnerAgreement, Programme
from central.domain.student import StudentFacts
from central.law.absence import expected_days, full_day_absences, is_credited
from central.law.chronic import (
    absence_rate,
    alternate_absence_rate,
    is_chronic_absentee,
    published_rate,
)
from central.law.eligibility import EligibilityPolicy, findings_on_student
from central.law.errors import LawError
from central.law.immunization import immunization_due_on
from central.law.retention import RecordClass, destroyable_from
from central.reports.rounding import half_up
from tests.fakes.school_days import calendar_of

ON = date(2024, 10, 1)
WEEKDAYS = [date(2024, 8, 5) + timedelta(days=n) for n in range(60)]
TAUGHT = [on for on in WEEKDAYS if on.weekday() < 5]
CALENDAR = {"A": calendar_of(TAUGHT, "A"), "B": calendar_of(TAUGHT[::2], "B")}

days = st.sampled_from(WEEKDAYS)
spans = st.lists(
    st.builds(
        lambda track, since, length: EnrolledSpan(
            "S1", track, Grade.G9, Programme.PARTNERSHIP, since, since + timedelta(days=length)
        ),
        st.sampled_from("AB"),
        days,
        st.integers(0, 40),
    ),
    max_size=4,
)
marks = st.lists(
    st.builds(
        RecordedMark,
        st.just("S1"),
        days,
        st.sampled_from("AB"),
        st.sampled_from(Mark),
        st.sampled_from(Stage),
    ),
    max_size=30,
)


@settings(max_examples=50)
@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_of_chronic_absence_is_the_whole_number_test(missed_of: tuple[int, int]) -> None:
    missed, expected = missed_of
    assert is_chronic_absentee(missed, expected, ON) == (10 * missed >= expected)
    assert absence_rate(missed, expected) == Fraction(missed, expected)


@settings(max_examples=50)
@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.integers(0, of), st.just(of))))
def test_recovered_days_only_ever_lower_the_alternate_rate(numbers: tuple[int, int, int]) -> None:
    missed, recovered, expected = numbers
    if recovered > missed:
        with pytest.raises(LawError):
            alternate_absence_rate(missed, recovered, expected)
    else:
        alternate = alternate_absence_rate(missed, recovered, expected)
        assert alternate + Fraction(recovered, expected) == absence_rate(missed, expected)


@given(st.integers(0, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_no_rate_is_published_of_ten_students_or_fewer(chronic_of: tuple[int, int]) -> None:
    chronic, counted = chronic_of
    rate = published_rate(chronic, counted, ON)
    assert (rate is None) == (counted <= 10)
    assert rate is None or rate == Fraction(chronic, counted)


@settings(max_examples=50)
@given(marks, spans, st.randoms())
def test_an_absence_is_a_school_day_of_enrollment_without_presence_in_any_order(
    recorded: list[RecordedMark], held: list[EnrolledSpan], dice: Random
) -> None:
    found = full_day_absences(recorded, held, CALENDAR, {})
    shuffled = list(recorded)
    dice.shuffle(shuffled)
    assert full_day_absences(shuffled, held[::-1], CALENDAR, {}) == found
    assert len({absence.on for absence in found}) == len(found)
    for absence in found:
        said = [mark for mark in recorded if mark.on == absence.on and mark.stage.counts]
        assert said
        assert all(mark.mark is Mark.ABSENT for mark in said)
        assert any(span.holds(absence.on) and absence.on in CALENDAR[span.track].days_taught for span in held)
        assert (absence.student, absence.reason) == ("S1", AbsenceReason.UNEXCUSED)


@settings(max_examples=40)
@given(spans, st.sets(days, max_size=20), days)
def test_expected_days_are_school_days_of_enrollment_and_begin_with_one_attended(
    held: list[EnrolledSpan], attended: set[date], until: date
) -> None:
    expected = expected_days(held, CALENDAR, attended, until)
    assert all(on.weekday() < 5 and on <= until for on in expected)
    for on in expected:
        assert any(span.holds(on) and on in CALENDAR[span.track].days_taught for span in held)
    if expected:
        first = min(expected)
        assert any(on <= first for on in attended)
    assert expected_days(held, CALENDAR, attended | {min(WEEKDAYS)}, until) >= expected
    assert expected_days(held, CALENDAR, (), until) == frozenset()


@given(
    st.lists(st.tuples(days, st.integers(0, 30)), min_size=1, max_size=5),
    st.integers(0, 4),
    days,
)
def test_withdrawing_a_proof_takes_exactly_the_days_no_other_proof_covers(
    proofs: list[tuple[date, int]], which: int, on: date
) -> None:
    residency = [DateSpan(since, since + timedelta(days=length)) for since, length in proofs]
    withdrawn = residency[which % len(residency)]
    others = [span for span in residency if span is not withdrawn]
    span = EnrolledSpan("S1", "A", Grade.G9, Programme.ORDINARY_CHARTER, date(2024, 8, 5))

    def holds_back(shown: list[DateSpan]) -> bool:
        facts = StudentFacts(student="S1", born_on=date(2009, 1, 1), residency=tuple(shown))
        return any(found.blocks for found in findings_on_student(facts, span, [], EligibilityPolicy(), on))

    assert not (holds_back(residency) and not holds_back(others))
    was_needed = not holds_back(residency) and holds_back(others)
    assert was_needed == (withdrawn.holds(on) and not any(other.holds(on) for other in others))


@given(st.lists(st.tuples(days, st.integers(0, 20), st.booleans()), max_size=4), days)
def test_the_age_rule_binds_an_adult_wherever_no_exclusive_agreement_is_in_force(
    signed: list[tuple[date, int, bool]], on: date
) -> None:
    agreements = [
        PartnerAgreement(Partner.WIOA, DateSpan(since, since + timedelta(days=length)), exclusive)
        for since, length, exclusive in signed
    ]
    facts = StudentFacts(student="S1", born_on=date(1990, 1, 1), residency=(DateSpan(WEEKDAYS[0]),))
    span = EnrolledSpan("S1", "A", Grade.G12, Programme.PARTNERSHIP, WEEKDAYS[0])
    found = findings_on_student(facts, span, agreements, EligibilityPolicy(), on)
    is_free = any(each.is_exclusive and each.valid.holds(on) for each in agreements)
    assert {finding.rule for finding in found} == (set() if is_free else {"R-AGE-02", "R-AGE-03"})


@given(st.dates(date(2020, 1, 1), date(2025, 12, 31)))
def test_an_immunization_record_is_due_on_the_tenth_school_day_after_four_months(admitted_on: date) -> None:
    taught = [admitted_on + timedelta(days=n) for n in range(200)]
    due_on = immunization_due_on(admitted_on, taught)
    assert due_on is not None
    assert due_on.weekday() < 5
    # Ten weekdays are two weeks of any beginning.
    assert timedelta(days=120 + 12) <= due_on - admitted_on <= timedelta(days=123 + 15)
    assert immunization_due_on(admitted_on, [on for on in taught if on < due_on]) is None


@given(st.integers(2000, 2090), st.none() | st.dates(date(2000, 7, 1), date(2095, 1, 1)))
def test_detail_is_kept_three_whole_school_years_after_its_audit(first: int, audited_on: date | None) -> None:
    origin = SchoolYear(f"{first}-{(first + 1) % 100:02d}")
    found = destroyable_from(RecordClass.DISPOSABLE, origin, audited_on)
    if audited_on is None:
        assert found is None
    else:
        assert found is not None
        later = max(origin, SchoolYear.of(audited_on))
        assert SchoolYear.of(found).starts_on == found
        assert found.year - later.starts_on.year == 3
        assert destroyable_from(RecordClass.DISPOSABLE, origin, audited_on, is_held=True) is None


def test_no_reason_gives_credit_but_suspension_in_school() -> None:
    assert {reason for reason in AbsenceReason if is_credited(reason, ON)} == {
        AbsenceReason.IN_SCHOOL_SUSPENSION
    }


def test_a_rate_of_more_than_everybody_is_refused() -> None:
    with pytest.raises(LawError, match="12 of 11 students is no rate"):
        published_rate(12, 11, ON)


def test_the_published_audit_finding_on_immunization_is_worth_what_it_printed() -> None:
    # Findings of a county's charters: 0.13 of average daily attendance at $15,014.20 each.
    assert str(half_up(Fraction("0.13") * Fraction("15014.20"))) == "1951.85"
