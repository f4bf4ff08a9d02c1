"""Attendance recovery: from minutes in sessions to days a student may be credited with."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import SchoolYear, monday_of
from central.domain.enrolment import Grade
from central.domain.recovery import MinutesPolicy, RecoverySession
from central.law.errors import LawError
from central.law.minutes import minimum_day
from central.law.provision import choice, number

_HOUR = 60
_NEVER_RECOVERABLE = {AbsenceReason.SUSPENSION, AbsenceReason.IMMUNIZATION}


@dataclass(frozen=True, slots=True)
class SessionMinutes:
    """The minutes one student, then in one grade, spent in one session that counts."""

    on: date
    grade: Grade
    minutes: int


@dataclass(frozen=True, slots=True)
class EarnedRecovery:
    """What one student earned in a school year; `earned_on` are the dates a day was completed.

    Raw minutes are those spent; credited minutes those the policy lets count; `minutes_banked`
    wait for more and die on June 30.
    """

    earned_on: tuple[date, ...]
    raw_minutes: int
    credited_minutes: int
    minutes_banked: int

    @property
    def days(self) -> int:
        """How many days were earned, before the caps of the year."""
        return len(self.earned_on)


def minutes_policy(on: date) -> MinutesPolicy:
    """Return how minutes become days on a date.

    Cites: EC 46211(d) (R-AR-07).
    """
    return MinutesPolicy(choice("recovery_minutes_policy", on))


def session_minutes(student: str, sessions: Iterable[RecoverySession]) -> tuple[SessionMinutes, ...]:
    """Return one student's minutes in sessions already found valid, oldest first.

    Cites: EC 46211(d)(3) (R-AR-11).
    """
    found = (
        SessionMinutes(session.on, part.grade, part.minutes)
        for session in sessions
        for part in session.present
        if part.student == student
    )
    return tuple(sorted(found, key=lambda part: part.on))


def recovery_earned(parts: Iterable[SessionMinutes], policy: MinutesPolicy) -> EarnedRecovery:
    """Turn one student's minutes of a school year into days.

    Hourly policy: the minutes of a date that reach the minimum day make a day, and the rest of
    them is lost; otherwise each session counts its whole hours, and banked hours make a day when
    they reach the minimum. Exact policy: minutes are banked as they are, up to a minimum day a
    date. Never more than one day a date, nor five a week, weeks beginning on Monday.

    Raises LawError for minutes of two school years: unused time dies on June 30.

    Cites: EC 46211(d) (R-AR-05, R-AR-07, R-AR-08, R-AR-09).
    """
    by_date: dict[date, list[SessionMinutes]] = {}
    for part in parts:
        by_date.setdefault(part.on, []).append(part)
    years = sorted({SchoolYear.of(on).name for on in by_date})
    if len(years) > 1:
        msg = f"recovery time of {years[0]} cannot be counted together with that of {years[1]}"
        raise LawError(msg)
    earned_on: list[date] = []
    in_week: Counter[date] = Counter()
    raw = credited = bank = 0
    for on, held in sorted(by_date.items()):
        needed = max(minimum_day(part.grade, on) for part in held)
        has_room = in_week[monday_of(on)] < number("recovery_days_a_week", on)
        gained, is_whole_day = _credit([part.minutes for part in held], needed, policy)
        raw += sum(part.minutes for part in held)
        credited += gained
        if not is_whole_day:
            bank += gained
        if has_room and (is_whole_day or bank >= needed):
            bank -= 0 if is_whole_day else needed
            earned_on.append(on)
            in_week[monday_of(on)] += 1
    return EarnedRecovery(tuple(earned_on), raw, credited, bank)


def recoverable_absences(student: str, absences: Iterable[FullDayAbsence], year: SchoolYear) -> int:
    """Count a student's full-day absences of a school year that may be made up.

    Excused and unexcused alike; not suspensions, nor days at home for want of an immunization
    record. The absences themselves stay as they are, here and everywhere.

    Cites: EC 46211 (R-AR-10, R-AR-13).
    """
    missed = {
        absence.on
        for absence in absences
        if absence.student == student and year.holds(absence.on) and absence.reason not in _NEVER_RECOVERABLE
    }
    return len(missed)


def recovery_days_used(days_earned: int, absences: int, on: date) -> int:
    """Return the days a student may be credited with as of a date.

    The least of the days earned, ten, and the recoverable absences of the school year so far; an
    absence corrected to present takes a day back by itself.

    Cites: EC 46211 (R-AR-06).
    """
    return min(days_earned, number("recovery_days_a_year", on), absences)


def _credit(sessions: list[int], needed: int, policy: MinutesPolicy) -> tuple[int, bool]:
    """Return the minutes one date is good for, and whether they are a day in themselves."""
    total = sum(sessions)
    if policy is MinutesPolicy.EXACT_MINUTES:
        return min(total, needed), False
    if total >= needed:
        return needed, True
    return sum(minutes // _HOUR * _HOUR for minutes in sessions), False
