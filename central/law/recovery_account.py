"""The recovery account of one student in one school year, computed from facts alone as of a date."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from central.domain.absence import FullDayAbsence
from central.domain.calendar import SchoolYear
from central.domain.finding import Finding, Severity
from central.domain.recovery import MinutesPolicy, RecoverySession, RegularDay
from central.law.recovery_ledger import (
    EarnedRecovery,
    minutes_policy,
    recoverable_absences,
    recovery_days_allowed,
    recovery_days_used,
    recovery_earned,
    session_minutes,
)
from central.law.recovery_sessions import RecoveryBar, SessionsThatCount, sessions_that_count
from central.law.recovery_week import days_used_beside_attendance, findings_on_recovery_weeks


def _nothing_bars(_on: date) -> tuple[Finding, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryGround:
    """What else bears on the account of one student in one school year.

    `regular_days` are the hours of the student's own regular day by date, from the first bell to the
    last, none where no school was taught to them; `days_attended` the dates claimed for them without
    recovery; `days_used_elsewhere` the days another school used for them this year, None where nobody
    asked. `bar` says what stands against recovery on a date (recovery_eligibility.recovery_bar).
    """

    regular_days: Mapping[date, RegularDay] = field(default_factory=dict)
    days_attended: frozenset[date] = frozenset()
    days_used_elsewhere: int | None = 0
    bar: RecoveryBar = _nothing_bars
    policy_on: Callable[[date], MinutesPolicy] = minutes_policy


NOTHING_ELSE = RecoveryGround()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryAccount:
    """What one student earned, may use and uses of recovered days, as of a date of a school year.

    `sessions` are those that count, those refused, and why; `earned` the minutes and days date by
    date; `recoverable` the absences that may be made up, oldest first; `days_allowed` what the year
    still allows this school. `days_used_beside_attendance` is what the other reading of five days a
    week would leave (open question 8); claims rest on `days_used`.
    """

    student: str
    year: SchoolYear
    as_of: date
    sessions: SessionsThatCount
    earned: EarnedRecovery
    recoverable: tuple[FullDayAbsence, ...]
    days_allowed: int
    days_used: int
    days_used_beside_attendance: int
    findings: tuple[Finding, ...]

    @property
    def days_earned(self) -> int:
        """How many days were earned, before the caps of the year."""
        return self.earned.days

    @property
    def earned_on(self) -> tuple[date, ...]:
        """The dates days were completed on, oldest first, at most one a date."""
        return self.earned.earned_on

    @property
    def raw_minutes(self) -> int:
        """The minutes spent in sessions that count."""
        return self.earned.raw_minutes

    @property
    def credited_minutes(self) -> int:
        """The minutes the policy lets count."""
        return self.earned.credited_minutes

    @property
    def offset(self) -> tuple[FullDayAbsence, ...]:
        """The absences made up, the oldest first; they remain absences everywhere else."""
        return self.recoverable[: self.days_used]

    @property
    def has_expired(self) -> bool:
        """Tell whether the last day of the school year has come: what is not used is lost."""
        return self.as_of >= self.year.ends_on

    @property
    def minutes_banked(self) -> int:
        """The minutes that wait for more, 0 once they have expired."""
        return 0 if self.has_expired else self.earned.minutes_banked

    @property
    def days_unused(self) -> int:
        """The days earned that wait for an absence, 0 once they have expired."""
        return 0 if self.has_expired else self.days_earned - self.days_used

    @property
    def minutes_expired(self) -> int:
        """The banked minutes that were lost on June 30."""
        return self.earned.minutes_banked if self.has_expired else 0

    @property
    def days_expired(self) -> int:
        """The days earned that were lost unused on June 30."""
        return self.days_earned - self.days_used if self.has_expired else 0


def account(
    student: str,
    sessions: Iterable[RecoverySession],
    absences: Iterable[FullDayAbsence],
    year: SchoolYear,
    as_of: date,
    ground: RecoveryGround = NOTHING_ELSE,
) -> RecoveryAccount:
    """Compute one student's account from sessions and absences of the school year up to a date, inclusive.

    Sessions and absences of other students, other years and later dates are left out, so the school's
    whole lists may be given, in any order. A session that fails a rule earns nothing and leaves a
    finding. Time may come before the absence it makes up. Nothing is remembered of an earlier account:
    an absence corrected to present takes its day back here, and `recovery_claw_back` says so.

    Raises LawError for a school year before recovery began.

    Cites: EC 46211; EC 37200 (R-AR-05, R-AR-06, R-AR-07, R-AR-08, R-AR-09, R-AR-10, R-AR-12).
    """
    last = min(as_of, year.ends_on)
    held = [session for session in sessions if year.starts_on <= session.on <= last]
    valid = sessions_that_count(student, held, ground.regular_days, ground.bar)
    earned = recovery_earned(session_minutes(student, valid.counted), ground.policy_on)
    missed = recoverable_absences(student, absences, year, as_of)
    barring = {absence.on: ground.bar(absence.on) for absence in missed}
    recoverable = tuple(absence for absence in missed if not _blocks(barring[absence.on]))
    allowed = recovery_days_allowed(max(last, year.starts_on), ground.days_used_elsewhere or 0)
    used = recovery_days_used(earned.days, len(recoverable), allowed)
    beside = days_used_beside_attendance(recoverable, ground.days_attended, min(earned.days, allowed))
    noticed = (
        *valid.findings,
        *(finding for found in barring.values() for finding in found),
        *findings_on_recovery_weeks(student, earned, used, beside),
        *_nobody_asked(student, used, ground),
    )
    return RecoveryAccount(
        student=student,
        year=year,
        as_of=as_of,
        sessions=valid,
        earned=earned,
        recoverable=recoverable,
        days_allowed=allowed,
        days_used=used,
        days_used_beside_attendance=beside,
        findings=tuple(dict.fromkeys(noticed)),
    )


def _blocks(found: Iterable[Finding]) -> bool:
    return any(finding.blocks for finding in found)


def _nobody_asked(student: str, days_used: int, ground: RecoveryGround) -> tuple[Finding, ...]:
    if ground.days_used_elsewhere is not None or not days_used:
        return ()
    return (
        Finding(
            rule="R-AR-15",
            citation="EC 46211",
            subject=student,
            on=None,
            says="nobody has asked how many days another school used for the student this year",
            remedy="ask the school before; the days of both together are held to those of one year",
            severity=Severity.WARNING,
        ),
    )
