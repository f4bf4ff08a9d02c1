"""Attendance recovery: what two accounts of one student differ in, and what was taken back and why."""

from dataclasses import dataclass
from datetime import date

from central.domain.finding import Finding, Severity
from central.law.errors import LawError
from central.law.recovery_account import RecoveryAccount


@dataclass(frozen=True, slots=True)
class ClawBack:
    """How an account changed: days taken back, absences no longer made up or newly so, and the reasons.

    `days` is never negative; a day may move from one absence to another without any being taken back.
    """

    student: str
    days: int
    no_longer_offset: tuple[date, ...]
    newly_offset: tuple[date, ...]
    reasons: tuple[str, ...]


def claw_back(before: RecoveryAccount, after: RecoveryAccount) -> ClawBack:
    """Compare an account with a later computation of it, and say what was taken back and why.

    Both are computed from facts alone; the reasons are the facts that differ: absences no longer to be
    made up, sessions that no longer count or count for less, days another school used.

    Raises LawError for accounts of two students or two school years.

    Cites: EC 46211 (R-AR-06, R-AR-10, R-AR-11, R-AR-15).
    """
    if (before.student, before.year) != (after.student, after.year):
        msg = (
            f"the accounts of {before.student} in {before.year.name} and {after.student} in {after.year.name}"
        )
        raise LawError(msg + " are not two of one")
    was, now = ({absence.on for absence in found.offset} for found in (before, after))
    return ClawBack(
        student=after.student,
        days=max(before.days_used - after.days_used, 0),
        no_longer_offset=tuple(sorted(was - now)),
        newly_offset=tuple(sorted(now - was)),
        reasons=(*_absences_gone(before, after), *_time_gone(before, after), *_days_gone(before, after)),
    )


def findings_on_claw_back(before: RecoveryAccount, after: RecoveryAccount) -> tuple[Finding, ...]:
    """Report the days a later computation of an account took back.

    Raises LawError for accounts of two students or two school years.

    Cites: EC 46211 (R-AR-06).
    """
    change = claw_back(before, after)
    if not change.days:
        return ()
    says = f"{change.days} of {before.days_used} recovered days taken back: {'; '.join(change.reasons)}"
    return (
        Finding(
            rule="R-AR-06",
            citation="EC 46211",
            subject=change.student,
            on=change.no_longer_offset[0],
            says=says,
            remedy="revise every report that claimed them, and have the ledger write its services anew",
            severity=Severity.WARNING,
        ),
    )


def _absences_gone(before: RecoveryAccount, after: RecoveryAccount) -> list[str]:
    kept = {absence.on for absence in after.recoverable}
    return [
        f"{absence.on} is no longer an absence that may be made up"
        for absence in before.recoverable
        if absence.on not in kept
    ]


def _time_gone(before: RecoveryAccount, after: RecoveryAccount) -> list[str]:
    counted = {session.session: session.minutes_of(after.student) for session in after.sessions.counted}
    reasons = []
    for session in before.sessions.counted:
        minutes, left = session.minutes_of(before.student), counted.get(session.session)
        if left is None:
            reasons.append(f"session {session.session} of {session.on} no longer counts")
        elif left < minutes:
            reasons.append(f"session {session.session} of {session.on} went from {minutes} to {left} minutes")
    return reasons


def _days_gone(before: RecoveryAccount, after: RecoveryAccount) -> list[str]:
    if after.days_allowed >= before.days_allowed:
        return []
    return [f"the year allows {after.days_allowed} days instead of {before.days_allowed}"]
