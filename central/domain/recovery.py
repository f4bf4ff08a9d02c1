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


class AbsenceReason(StrEnum):
    """Why a student was absent for a full day, as far as recovery asks."""

    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    SUSPENSION = "suspension"
    IMMUNIZATION = "immunization"
    """Sent home for want of an immunization record."""


@dataclass(frozen=True, slots=True)
class FullDayAbsence:
    """One school day a student missed altogether."""

    student: str
    on: date
    reason: AbsenceReason
