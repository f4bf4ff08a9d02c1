"""Attendance recovery: which of the sessions a student took part in count for that student."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoverySession, RegularDay
from central.law.recovery import (
    findings_on_session_hours,
    findings_on_session_signature,
    findings_on_session_staff,
    findings_on_session_standards,
)

RecoveryBar = Callable[[date], tuple[Finding, ...]]
"""What stands against recovering a student's attendance on a date, of a session or of an absence."""


@dataclass(frozen=True, slots=True)
class SessionsThatCount:
    """The sessions that earn a student time, oldest first, those that do not, and why."""

    counted: tuple[RecoverySession, ...]
    refused: tuple[RecoverySession, ...]
    findings: tuple[Finding, ...]


def sessions_that_count(
    student: str,
    sessions: Iterable[RecoverySession],
    regular_days: Mapping[date, RegularDay],
    bar: RecoveryBar,
) -> SessionsThatCount:
    """Part the sessions a student took part in by whether they earn that student time.

    A session counts when it lies outside the student's regular day, had enough certificated
    employees, is signed, lasted at least the minutes documented, held the student in no other
    session at the same time, and nothing bars its date. Two sessions at once refuse each other.
    Sessions the student spent no minute in are left out.

    Cites: EC 46211 (R-AR-02, R-AR-03, R-AR-04, R-AR-11).
    """
    held = sorted(
        (session for session in sessions if session.minutes_of(student)),
        key=lambda session: (session.on, session.begins, session.session),
    )
    counted: list[RecoverySession] = []
    refused: list[RecoverySession] = []
    noticed: list[Finding] = []
    for session in held:
        found = (
            *findings_on_session_hours(session, regular_days.get(session.on)),
            *findings_on_session_staff(session),
            *findings_on_session_signature(session),
            *findings_on_session_standards(session),
            *findings_on_minutes_documented(student, session),
            *_two_at_once(student, session, held),
            *bar(session.on),
        )
        (refused if any(finding.blocks for finding in found) else counted).append(session)
        noticed.extend(found)
    return SessionsThatCount(tuple(counted), tuple(refused), tuple(dict.fromkeys(noticed)))


def findings_on_minutes_documented(student: str, session: RecoverySession) -> tuple[Finding, ...]:
    """Report minutes a student cannot have spent, because the session was shorter.

    Cites: EC 46211(d)(3) (R-AR-11).
    """
    minutes = session.minutes_of(student)
    if minutes <= session.minutes:
        return ()
    says = f"{minutes} minutes are documented in session {session.session}, which lasted {session.minutes}"
    return (_about_student(student, session, says, "have the teacher correct the minutes and sign again"),)


def _two_at_once(
    student: str, session: RecoverySession, held: Iterable[RecoverySession]
) -> tuple[Finding, ...]:
    others = [
        other.session
        for other in held
        if other is not session
        and other.on == session.on
        and other.begins < session.ends
        and session.begins < other.ends
    ]
    if not others:
        return ()
    says = f"documented in session {session.session} and at the same time in {', '.join(others)}"
    return (_about_student(student, session, says, "have the teachers settle which of them it was"),)


def _about_student(student: str, session: RecoverySession, says: str, remedy: str) -> Finding:
    return Finding(
        rule="R-AR-11",
        citation="EC 46211(d)(3)",
        subject=student,
        on=session.on,
        says=says,
        remedy=remedy,
        severity=Severity.BLOCKING,
    )
