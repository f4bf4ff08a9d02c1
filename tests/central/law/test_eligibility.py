from datetime import date

from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan, Grade, Partner, PartnerAgreement, Programme
from central.domain.student import StudentFacts
from central.law.eligibility import (
    EligibilityPolicy,
    findings_on_age,
    findings_on_residency,
    findings_on_student,
)

ON = date(2024, 10, 1)


def test_residency_is_asked_of_the_very_day() -> None:
    facts = StudentFacts(student="S1", residency=(DateSpan(ON, ON), DateSpan(date(2025, 1, 1))))
    assert findings_on_residency(facts, ON) == ()
    (finding,) = findings_on_residency(facts, date(2024, 10, 2))
    assert (finding.subject, finding.on, finding.blocks) == ("S1", date(2024, 10, 2), True)


def test_without_a_birth_date_the_age_rule_is_not_met() -> None:
    (finding,) = findings_on_age(StudentFacts(student="S1"), ON)
    assert finding.says == "no birth date is on file, so the age rule cannot be met"


def test_everything_missing_is_told_at_once() -> None:
    facts = StudentFacts(student="S1", born_on=date(2000, 1, 1))
    assert [finding.says for finding in findings_on_age(facts, ON)] == [
        "is over 22, past the oldest age",
        "is not shown enrolled for a diploma while 19",
        "is not shown enrolled without a break since 19",
        "is not shown making satisfactory progress",
    ]


def test_the_birthday_decides_on_the_day_it_falls() -> None:
    facts = StudentFacts(student="S1", born_on=date(2004, 10, 1))
    assert findings_on_age(facts, date(2024, 9, 30)) == ()
    assert findings_on_age(facts, date(2024, 10, 1)) != ()


def test_progress_shown_satisfies_a_school_that_asks_partnerships_for_it() -> None:
    facts = StudentFacts(
        student="S1", born_on=date(1990, 1, 1), residency=(DateSpan(ON),), progress=(DateSpan(ON),)
    )
    span = EnrolledSpan("S1", "A", Grade.G12, Programme.PARTNERSHIP, ON)
    agreement = PartnerAgreement(Partner.YOUTHBUILD, DateSpan(ON), is_exclusive=True)
    policy = EligibilityPolicy(asks_progress_of_partnerships=True)
    assert findings_on_student(facts, span, [agreement], policy, ON) == ()
