"""Attendance recovery: from minutes in sessions to days a student may be credited with."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import SATURDAY, SchoolYear, monday_of
from central.domain.enrolment import Grade
from central.domain.recovery import MinutesPolicy, RecoverySession
from central.law.errors import LawError
from central.law.minutes import minimum_day
from central.law.provision import choice, number

_HOUR = 60
_RECOVERABLE = {AbsenceReason.EXCUSED, AbsenceReason.UNEXCUSED}


@dataclass(frozen=True, slots=True)
class SessionMinutes:
    """The minutes one student, then in one grade, spent in one session that counts."""

    on: date
    grade: Grade
    minutes: int


@dataclass(frozen=True, slots=True)
class DateCredit:
    """What one student's sessions of one date are good for.

    `needed` is the minimum day of the grade; `is_whole_day` says that the date is a day in itself,
    `is_earned` that a day was completed on it, in itself or with banked minutes.
    """

    on: date
    raw_minutes: int
    credited_minutes: int
    needed: int
    is_whole_day: bool
    is_earned: bool = False


@dataclass(frozen=True, slots=True)
class EarnedRecovery:
    """What one student earned in a school year, date by date, oldest first.

    `minutes_banked` wait for more and die on June 30.
    """

    dates: tuple[DateCredit, ...]
    minutes_banked: int

    @property
    def earned_on(self) -> tuple[date, ...]:
        """The dates a day was completed on."""
        return tuple(credit.on for credit in self.dates if credit.is_earned)

    @property
    def days(self) -> int:
        """How many days were earned, before the caps of the year."""
        return len(self.earned_on)

    @property
    def raw_minutes(self) -> int:
        """The minutes spent."""
        return sum(credit.raw_minutes for credit in self.dates)

    @property
    def credited_minutes(self) -> int:
        """The minutes the policy lets count."""
        return sum(credit.credited_minutes for credit in self.dates)


def minutes_policy(on: date) -> MinutesPolicy:
    """Return how minutes of a date become days.

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


def recovery_earned(
    parts: Iterable[SessionMinutes], policy_on: Callable[[date], MinutesPolicy] = minutes_policy
) -> EarnedRecovery:
    """Turn one student's minutes of a school year into days, under the policy of each date.

    Hourly policy: the minutes of a date that reach the minimum day make a day, and the rest of
    them is lost; otherwise each session counts its whole hours. Exact policy: minutes count as they
    are, up to a minimum day a date. What is no day in itself is banked, and makes a day on the first
    date of participation that finds a minimum day in the bank. Never more than one day a date, nor
    five a week, weeks beginning on Monday; whole days come first, and one that finds its week full
    is lost, while banked minutes wait.

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
    credits_ = [_credit(on, held, policy_on(on)) for on, held in sorted(by_date.items())]
    return _with_banked_days(_with_whole_days(credits_))


def recoverable_absences(
    student: str, absences: Iterable[FullDayAbsence], year: SchoolYear, until: date | None = None
) -> tuple[FullDayAbsence, ...]:
    """Return a student's full-day absences of a school year that may be made up, oldest first.

    Excused and unexcused alike; not suspensions, days at home for want of an immunization record,
    or days of independent study without its work; nor a weekend class, which is in no divisor. A date
    told twice is one, and none if one of its reasons rules it out. `until` leaves later dates out. The
    absences themselves stay as they are, here and everywhere.

    Cites: EC 46211 (R-AR-10, R-AR-13).
    """
    last = year.ends_on if until is None else min(until, year.ends_on)
    missed: dict[date, list[FullDayAbsence]] = {}
    for absence in sorted(absences, key=lambda absence: (absence.on, absence.reason)):
        if absence.student == student and year.starts_on <= absence.on <= last:
            missed.setdefault(absence.on, []).append(absence)
    return tuple(
        told[0]
        for on, told in missed.items()
        if on.weekday() < SATURDAY and all(absence.reason in _RECOVERABLE for absence in told)
    )


def recovery_days_allowed(on: date, days_used_elsewhere: int = 0) -> int:
    """Return how many days a school may still credit a student with in the school year of a date.

    The ten of the year are the student's, so what a school before this one used is taken off.

    Cites: EC 46211 (R-AR-06, R-AR-15).
    """
    return max(number("recovery_days_a_year", on) - days_used_elsewhere, 0)


def recovery_days_used(days_earned: int, absences: int, allowed: int) -> int:
    """Return the days a student may be credited with as of a date.

    The least of the days earned, those allowed, and the recoverable absences of the school year so
    far; an absence corrected to present takes a day back by itself.

    Cites: EC 46211 (R-AR-06).
    """
    return min(days_earned, allowed, absences)


def _credit(on: date, held: list[SessionMinutes], policy: MinutesPolicy) -> DateCredit:
    needed = max(minimum_day(part.grade, on) for part in held)
    total = sum(part.minutes for part in held)
    if policy is MinutesPolicy.EXACT_MINUTES:
        return DateCredit(on, total, min(total, needed), needed, is_whole_day=False)
    if total >= needed:
        return DateCredit(on, total, needed, needed, is_whole_day=True)
    hours = sum(part.minutes // _HOUR * _HOUR for part in held)
    return DateCredit(on, total, hours, needed, is_whole_day=False)


def _with_whole_days(found: list[DateCredit]) -> list[DateCredit]:
    in_week: Counter[date] = Counter()
    marked = []
    for credit in found:
        is_earned = credit.is_whole_day and _has_room(credit.on, in_week)
        in_week[monday_of(credit.on)] += is_earned
        marked.append(replace(credit, is_earned=is_earned))
    return marked


def _with_banked_days(found: list[DateCredit]) -> EarnedRecovery:
    in_week = Counter(monday_of(credit.on) for credit in found if credit.is_earned)
    bank, marked = 0, []
    for credit in found:
        bank += 0 if credit.is_whole_day else credit.credited_minutes
        if not credit.is_earned and bank >= credit.needed and _has_room(credit.on, in_week):
            bank -= credit.needed
            in_week[monday_of(credit.on)] += 1
            marked.append(replace(credit, is_earned=True))
        else:
            marked.append(credit)
    return EarnedRecovery(tuple(marked), bank)


def _has_room(on: date, in_week: Mapping[date, int]) -> bool:
    return in_week.get(monday_of(on), 0) < number("recovery_days_a_week", on)
