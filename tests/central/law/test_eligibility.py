from datetime import date

from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan, Grade, Partner, PartnerAgreement, Programme
from central.domain.finding import Finding, Severity
from central.domain.student import StudentFacts
from central.law.absence import expected_days, full_day_absences
from central.law.eligibility import (
    EligibilityPolicy,
    findings_on_age,
    findings_on_agreement,
    findings_on_concurrent_college,
    findings_on_residency,
    findings_on_student,
    is_unbroken_since_nineteen,
    was_in_a_diploma_course_at_nineteen,
)
from central.law.immunization import findings_on_immunization
from central.law.truancy import is_under_compulsory_education
from tests.fakes.school_days import calendar_of

ON = date(2024, 10, 1)


def test_residency_is_asked_of_the_very_day() -> None:
    facts = StudentFacts(student="S1", residency=(DateSpan(ON, ON), DateSpan(date(2025, 1, 1))))
    assert findings_on_residency(facts, ON) == ()
    (finding,) = findings_on_residency(facts, date(2024, 10, 2))
    assert (finding.subject, finding.on, finding.blocks) == ("S1", date(2024, 10, 2), True)


def test_without_a_birth_date_the_age_rule_is_not_met() -> None:
    (finding,) = findings_on_age(StudentFacts(student="S1"), ON)
    assert finding.on == ON
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


def test_without_a_birth_date_nothing_is_shown_of_being_nineteen_or_a_minor() -> None:
    nobody = StudentFacts(student="S1", diploma_courses=(DateSpan(ON),), public_school=(DateSpan(ON),))
    assert not was_in_a_diploma_course_at_nineteen(nobody)
    assert not is_unbroken_since_nineteen(nobody, ON)
    assert is_under_compulsory_education(nobody, ON) is None
    (finding,) = findings_on_immunization(nobody, date(2024, 9, 30), ON)
    assert finding.blocks


def test_an_agreement_is_missed_only_where_none_is_in_force() -> None:
    agreement = PartnerAgreement(Partner.WIOA, DateSpan(ON, ON), is_exclusive=True)
    partnership = Programme.PARTNERSHIP
    assert findings_on_agreement("S1", partnership, [agreement], ON) == ()
    assert findings_on_agreement("S1", Programme.ORDINARY_CHARTER, [], ON) == ()
    (finding,) = findings_on_agreement("S1", partnership, [agreement], date(2024, 10, 2))
    assert (finding.rule, finding.subject, finding.blocks) == ("R-AGE-03", "S1", False)


def test_college_beside_school_is_told_and_holds_no_day_back() -> None:
    facts = StudentFacts(student="S1", in_college=(DateSpan(ON, ON),))
    assert findings_on_concurrent_college(facts, date(2024, 9, 30)) == ()
    assert findings_on_concurrent_college(facts, ON) == (
        Finding(
            "R-ADA-05",
            "EC 46146; EC 46146.5; EC 76004",
            "S1",
            ON,
            "was enrolled in a college as well; the minimum day of such students was not read",
            "have counsel say which minimum day applies before these days are claimed",
            Severity.WARNING,
        ),
    )


def test_an_enrollment_without_an_end_goes_on_in_the_one_that_follows() -> None:
    first = EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, date(2024, 8, 5))
    second = EnrolledSpan("S1", "B", Grade.G9, Programme.PARTNERSHIP, ON)
    calendars = {"B": calendar_of([ON], "B")}
    assert expected_days([first, second], calendars, {date(2024, 8, 5)}, ON) == {ON}


def test_a_track_without_a_calendar_expects_and_misses_nothing() -> None:
    span = EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, ON)
    mark = RecordedMark("S1", ON, "A", Mark.ABSENT, Stage.CERTIFIED)
    assert full_day_absences([mark], [span], {}, {}) == []
    assert expected_days([span], {}, {ON}, ON) == frozenset()
