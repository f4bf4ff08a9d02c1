"""Who may generate attendance on a date, and what stands against it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan, PartnerAgreement, Programme
from central.domain.finding import Finding, Severity
from central.domain.operator import TeacherCredential
from central.domain.student import StudentFacts
from central.law.provision import number

_NINETEEN = 19


@dataclass(frozen=True, slots=True)
class EligibilityPolicy:
    """The choices the law leaves to the school, each on its safe side unless told otherwise.

    `admits_diploma_holders`: the school's procedure turns away students with a diploma.
    `asks_progress_of_partnerships`: the State Auditor (2024-106) recommends asking programmes
    under EC 47612.1 for satisfactory progress too; the statute does not.
    """

    admits_diploma_holders: bool = False
    asks_progress_of_partnerships: bool = False


def findings_on_residency(facts: StudentFacts, on: date) -> tuple[Finding, ...]:
    """Report a student without proof of California residency for a date; no programme is exempt.

    Cites: EC 47612(b) (R-AGE-01).
    """
    if _holds(facts.residency, on):
        return ()
    return (
        Finding(
            rule="R-AGE-01",
            citation="EC 47612(b)",
            subject=facts.student,
            on=on,
            says="no proof of California residency covers this day",
            remedy="file the proof with the dates it covers",
            severity=Severity.BLOCKING,
        ),
    )


def is_under_age_rule(programme: Programme, agreements: Iterable[PartnerAgreement], on: date) -> bool:
    """Tell whether the age rule of ordinary charters binds a programme on a date.

    It does not where instruction is exclusively in partnership with a workforce programme under
    an agreement in force that day; without one, the programme is an ordinary charter.

    Cites: EC 47612.1(a) (R-AGE-03).
    """
    if programme is not Programme.PARTNERSHIP:
        return True
    return not any(agreement.is_exclusive and agreement.valid.holds(on) for agreement in agreements)


def findings_on_agreement(
    student: str, programme: Programme, agreements: Iterable[PartnerAgreement], on: date
) -> tuple[Finding, ...]:
    """Tell of a partnership's student whom the age rule binds after all, for want of an agreement.

    Cites: EC 47612.1(a) (R-AGE-03).
    """
    if programme is not Programme.PARTNERSHIP or not is_under_age_rule(programme, agreements, on):
        return ()
    return (
        Finding(
            rule="R-AGE-03",
            citation="EC 47612.1(a)",
            subject=student,
            on=on,
            says="no exclusive agreement with a partner was in force, so the age rule of charters binds",
            remedy="file the agreement with the dates it covers, or enroll in the ordinary programme",
            severity=Severity.WARNING,
        ),
    )


def was_in_a_diploma_course_at_nineteen(facts: StudentFacts) -> bool:
    """Tell whether a student is shown enrolled for a diploma on some day on which they were 19.

    Cites: 5 CCR 11960(c)(1) (R-AGE-02).
    """
    since, after = facts.turns(_NINETEEN), facts.turns(_NINETEEN + 1)
    if since is None or after is None:
        return False
    return any(
        span.since < after and (span.until is None or since <= span.until) for span in facts.diploma_courses
    )


def is_unbroken_since_nineteen(facts: StudentFacts, on: date) -> bool:
    """Tell whether one stretch of public school reaches from a day at 19, or before, to a date.

    Cites: EC 47612(b); 5 CCR 11960(c)(1) (R-AGE-02).
    """
    after = facts.turns(_NINETEEN + 1)
    return after is not None and any(span.since < after and span.holds(on) for span in facts.public_school)


def findings_on_age(facts: StudentFacts, on: date) -> tuple[Finding, ...]:
    """Report what the age rule of ordinary charters holds against a student on a date.

    A student over 19 must have been enrolled for a diploma (or under an individualized education
    program) while 19, without a break since, and be making satisfactory progress. What has not
    been shown for that day counts as missing.

    Cites: EC 47612(b); 5 CCR 11960(c)(1) (R-AGE-02).
    """
    age = facts.age_on(on)
    if age is None:
        return (_age_finding(facts, on, "no birth date is on file, so the age rule cannot be met"),)
    if age <= number("age_without_conditions", on):
        return ()
    oldest = number("oldest_age_in_an_ordinary_charter", on)
    conditions = (
        (age <= oldest, f"is over {oldest}, past the oldest age"),
        (was_in_a_diploma_course_at_nineteen(facts), "is not shown enrolled for a diploma while 19"),
        (is_unbroken_since_nineteen(facts, on), "is not shown enrolled without a break since 19"),
        (_holds(facts.progress, on), "is not shown making satisfactory progress"),
    )
    return tuple(_age_finding(facts, on, says) for is_met, says in conditions if not is_met)


def findings_on_diploma(facts: StudentFacts, policy: EligibilityPolicy, on: date) -> tuple[Finding, ...]:
    """Report a student who already held a high school diploma on a date.

    Cites: the school's own procedure; EC 47612(b) (R-AGE-04).
    """
    if policy.admits_diploma_holders or facts.diploma_on is None or on <= facts.diploma_on:
        return ()
    return (
        Finding(
            rule="R-AGE-04",
            citation="the school's procedure; EC 47612(b)",
            subject=facts.student,
            on=on,
            says="holds a high school diploma from an earlier day",
            remedy="end the enrolment, or have counsel confirm that the day may be claimed",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_credential(
    teacher: str,
    credentials: Sequence[TeacherCredential],
    on: date,
) -> tuple[Finding, ...]:
    """Report a teacher without a credential valid on the date of a record.

    Cites: EC 47605(l)(1); EC 47612.5(e)(1) (R-AGE-05).
    """
    held = (document for document in credentials if document.teacher == teacher)
    if any(document.valid.holds(on) for document in held):
        return ()
    return (
        Finding(
            rule="R-AGE-05",
            citation="EC 47605(l)(1)",
            subject=teacher,
            on=on,
            says="no teaching credential on file was valid on this day",
            remedy="file the credential, or have a certificated teacher of that class certify",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_concurrent_college(facts: StudentFacts, on: date) -> tuple[Finding, ...]:
    """Report a day on which a student was enrolled in a college as well.

    The sections on concurrent enrollment are known from general knowledge only, so the day is
    claimed as any other and a person is told of it.

    Cites: EC 46146; EC 46146.5; EC 76004 (R-ADA-05).
    """
    if not _holds(facts.in_college, on):
        return ()
    return (
        Finding(
            rule="R-ADA-05",
            citation="EC 46146; EC 46146.5; EC 76004",
            subject=facts.student,
            on=on,
            says="was enrolled in a college as well; the minimum day of such students was not read",
            remedy="have counsel say which minimum day applies before these days are claimed",
            severity=Severity.WARNING,
        ),
    )


def findings_on_student(
    facts: StudentFacts,
    span: EnrolledSpan,
    agreements: Sequence[PartnerAgreement],
    policy: EligibilityPolicy,
    on: date,
) -> tuple[Finding, ...]:
    """Report everything that stands against claiming one day of one enrolment.

    A day counts only if every condition was true on that very day.

    Cites: EC 47612(b); EC 47612.1(a) (R-AGE-01, R-AGE-02, R-AGE-03, R-AGE-04).
    """
    findings = [*findings_on_residency(facts, on), *findings_on_diploma(facts, policy, on)]
    if is_under_age_rule(span.programme, agreements, on):
        findings += findings_on_agreement(facts.student, span.programme, agreements, on)
        findings += findings_on_age(facts, on)
    elif policy.asks_progress_of_partnerships and not _holds(facts.progress, on):
        findings.append(_age_finding(facts, on, "is not shown making satisfactory progress"))
    return tuple(findings)


def _holds(spans: Iterable[DateSpan], on: date) -> bool:
    return any(span.holds(on) for span in spans)


def _age_finding(facts: StudentFacts, on: date, says: str) -> Finding:
    return Finding(
        rule="R-AGE-02",
        citation="EC 47612(b); 5 CCR 11960(c)(1)",
        subject=facts.student,
        on=on,
        says=says,
        remedy="file the evidence, or do not claim the day",
        severity=Severity.BLOCKING,
    )
