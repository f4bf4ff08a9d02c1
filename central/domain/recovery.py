"""Attendance recovery sessions and the time students spent in them."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from central.domain.enrolment import Grade
from central.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Participation:
    """The minutes one student of one grade spent in one session."""

    student: str
    grade: Grade
    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 0:
            msg = f"a student cannot take part for {self.minutes} minutes"
            raise DomainError(msg)


@dataclass(frozen=True, slots=True)
class RegularDay:
    """When the regular day of a class begins and ends, in the school's own time."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySession:
    """One session outside the regular day, as the teacher documented it.

    Times are the school's own. `teachers` counts certificated employees of the school with a
    document valid that day; aides and contractors are not among them. `is_signed` says that a
    teacher signed the minutes of every student.
    """

    session: str
    on: date
    begins: time
    ends: time
    teachers: int
    is_signed: bool
    present: tuple[Participation, ...]


class MinutesPolicy(StrEnum):
    """How minutes of participation become days."""

    DAILY_OR_HOURLY = "daily_or_hourly"
    """A full minimum day on one date, otherwise whole hours session by session."""
    EXACT_MINUTES = "exact_minutes"
    """Every minute is kept until it makes a day."""


class ServiceKind(StrEnum):
    """What a recovery service records."""

    EARNED = "Earned"
    USED = "Used"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryService:
    """A program service of a recovery record as the student information system keeps it.

    `school` is the one that uses the time and earns the ADA. With `is_calendar` the ledger writes
    the figures; without, a person did, and a difference from the ledger is a finding.
    """

    student: str
    kind: ServiceKind
    since: date
    until: date | None
    school: str
    is_calendar: bool
    days_used: int | None = None
    minutes_earned: int | None = None
