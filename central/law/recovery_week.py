"""Attendance recovery: the five days a week, as we read them and as they may also be read."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date

from central.domain.absence import FullDayAbsence
from central.domain.calendar import monday_of
from central.domain.finding import Finding, Severity
from central.law.provision import number
from central.law.recovery_ledger import EarnedRecovery


def days_used_beside_attendance(
    recoverable: Iterable[FullDayAbsence], days_attended: Collection[date], days_at_most: int
) -> int:
    """Return the days used if a week's attendance counts against its five days of credit.

    The other reading of the law: a recovered day is credited to the week of its absence, and the days
    attended and recovered of a week are together no more than five. `days_at_most` is what the student
    earned and is allowed; absences are made up oldest first, passing by those whose week is full.

    Cites: EC 46211 (R-AR-09, R-AR-12).
    """
    in_week = Counter(monday_of(on) for on in days_attended)
    used = 0
    for absence in sorted(recoverable, key=lambda absence: absence.on):
        week = monday_of(absence.on)
        if used < days_at_most and in_week[week] < number("recovery_days_a_week", absence.on):
            in_week[week] += 1
            used += 1
    return used


def findings_on_recovery_weeks(
    student: str, earned: EarnedRecovery, days_used: int, days_used_beside: int
) -> tuple[Finding, ...]:
    """Report whole days lost in a full week, and days the other reading of the week would not allow.

    Cites: EC 46211 (R-AR-09).
    """
    lost = [credit.on for credit in earned.dates if credit.is_whole_day and not credit.is_earned]
    findings = [
        _finding(
            student,
            on,
            "a whole day in a week that already holds five earns nothing",
            "offer the student sessions in other weeks",
            Severity.NOTICE,
        )
        for on in lost
    ]
    if days_used_beside < days_used:
        says = (
            f"{days_used} days are used; {days_used_beside} if the days attended in the week of an"
            " absence count against its five"
        )
        remedy = "have counsel or the department settle open question 8 before the difference is claimed"
        findings.append(_finding(student, None, says, remedy, Severity.WARNING))
    return tuple(findings)


def _finding(student: str, on: date | None, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding(
        rule="R-AR-09",
        citation="EC 46211",
        subject=student,
        on=on,
        says=says,
        remedy=remedy,
        severity=severity,
    )
