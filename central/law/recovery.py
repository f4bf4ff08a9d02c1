"""Attendance recovery: which programmes may run it, and which sessions count."""

from collections.abc import Iterable
from datetime import date

from central.domain.calendar import SchoolYear
from central.domain.enrolment import Programme
from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoverySession, RegularDay, SupervisingTeacher
from central.law.provision import choice, number


def findings_on_recovery_programme(programme: Programme, on: date) -> tuple[Finding, ...]:
    """Report a programme that may not run attendance recovery.

    Off for programmes under EC 47612.1 until the department confirms in writing that they may.

    Raises LawError for a day before recovery began.

    Cites: EC 46211(a), (g) (R-AR-01).
    """
    allowed = choice("recovery_in_partnership_programmes", on)
    if programme is not Programme.PARTNERSHIP or allowed == "yes":
        return ()
    return (
        Finding(
            rule="R-AR-01",
            citation="EC 46211(g)",
            subject=programme.value,
            on=on,
            says="whether a programme under EC 47612.1 may recover attendance is not settled",
            remedy="ask the department in writing; keep the ledger without claiming from it",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_session_hours(session: RecoverySession, regular: RegularDay | None) -> tuple[Finding, ...]:
    """Report a session that touches the regular day of its students.

    `regular` is the regular day on the session's date, None where no school was taught. A session
    may begin the minute the regular day ends.

    Cites: EC 46211(b)(1) (R-AR-03).
    """
    if session.begins >= session.ends:
        return (_session_finding(session, "R-AR-03", "ends before it begins", "correct its times"),)
    if regular is None or session.ends <= regular.begins or regular.ends <= session.begins:
        return ()
    says = f"runs from {session.begins:%H:%M} to {session.ends:%H:%M}, inside the regular day"
    return (_session_finding(session, "R-AR-03", says, "hold it before or after school, or on a free day"),)


def findings_on_session_staff(session: RecoverySession) -> tuple[Finding, ...]:
    """Report a session with too few certificated teachers who are the school's own employees.

    Ten students to a teacher as soon as one of them is in kindergarten, otherwise twenty. Aides
    and contractors do not count. Older students beside kindergartners are not addressed by the
    law: the smaller number is applied, and the mixture reported.

    Cites: EC 46211 (R-AR-04).
    """
    there = [part for part in session.present if part.minutes]
    young = {part.student for part in there if part.grade.is_kindergarten}
    everyone = {part.student for part in there}
    name = "recovery_pupils_a_teacher_kindergarten" if young else "recovery_pupils_a_teacher"
    most = number(name, session.on)
    findings = []
    if len(everyone) > most * session.teachers:
        says = f"{len(everyone)} students had {session.teachers} teachers; a teacher may have {most}"
        findings.append(_session_finding(session, "R-AR-04", says, "claim no minutes of this session"))
    if young and young != everyone:
        says = "kindergartners and older students shared the session, which the law does not address"
        remedy = "hold sessions of one age, or ask the department"
        findings.append(_session_finding(session, "R-AR-04", says, remedy, Severity.WARNING))
    return tuple(findings)


def findings_on_session_signature(session: RecoverySession) -> tuple[Finding, ...]:
    """Report a session whose teacher has not signed every student's minutes.

    Cites: EC 46211(d)(3) (R-AR-11).
    """
    if session.is_signed:
        return ()
    says = "no teacher has signed the minutes of its students"
    return (_session_finding(session, "R-AR-11", says, "have the teacher of the session sign"),)


def findings_on_session_standards(session: RecoverySession) -> tuple[Finding, ...]:
    """Report a session without the evidence that it taught what the regular programme teaches.

    Its minutes count; an auditor will ask for the lesson.

    Cites: EC 46211 (R-AR-02).
    """
    if session.standards.strip():
        return ()
    says = "names no lesson and no grade-level standards"
    remedy = "write down what was taught, and keep the plan of the lesson"
    return (_session_finding(session, "R-AR-02", says, remedy, Severity.WARNING),)


def teachers_who_count(teachers: Iterable[SupervisingTeacher], on: date) -> int:
    """Count who may supervise a recovery session of a date.

    Employees of the school with a certification document valid that day, each once; a contractor
    does not count whatever their documents, nor an employee without one.

    Cites: EC 46211; EC 46300(a) (R-AR-04, R-AGE-05).
    """
    valid = {
        teacher.staff
        for teacher in teachers
        if teacher.is_employee and any(span.holds(on) for span in teacher.documents)
    }
    return len(valid)


def can_recover(session_on: date, absent_on: date) -> bool:
    """Tell whether time of one date may make up an absence of another.

    Both must lie in one school year, July 1 to June 30; the session may come first.

    Cites: EC 46211; EC 37200 (R-AR-05).
    """
    return SchoolYear.of(session_on) == SchoolYear.of(absent_on)


def _session_finding(
    session: RecoverySession,
    rule: str,
    says: str,
    remedy: str,
    severity: Severity = Severity.BLOCKING,
) -> Finding:
    return Finding(
        rule=rule,
        citation="EC 46211",
        subject=session.session,
        on=session.on,
        says=says,
        remedy=remedy,
        severity=severity,
    )
