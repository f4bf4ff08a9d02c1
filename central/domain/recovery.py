"""Attendance recovery sessions, and what the student information system records of recovery."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from central.domain.calendar import DateSpan
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
    """When the regular day of a student begins and ends, in the school's own time."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class SupervisingTeacher:
    """A person who supervised a session: whether the school employs them, and their valid documents.

    `documents` are the spans of dates their certification documents are valid in.
    """

    staff: str
    is_employee: bool
    documents: tuple[DateSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySession:
    """One session outside the regular day, as the teacher documented it.

    Times are the school's own. `teachers` counts certificated employees of the school with a
    document valid that day; aides and contractors are not among them. `is_signed` says that a
    teacher signed the minutes of every student. `standards` names the lesson and the grade-level
    standards taught, empty where nobody wrote them down.
    """

    session: str
    on: date
    begins: time
    ends: time
    teachers: int
    is_signed: bool
    present: tuple[Participation, ...]
    standards: str = ""

    @property
    def minutes(self) -> int:
        """How long the session lasts; nothing where it ends before it begins."""
        begins, ends = (60 * clock.hour + clock.minute for clock in (self.begins, self.ends))
        return max(ends - begins, 0)

    def minutes_of(self, student: str) -> int:
        """Return the minutes documented for a student, 0 for one who was not there."""
        return sum(part.minutes for part in self.present if part.student == student)


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
class RecoveryRecord:
    """A student's time in the recovery programme; `until` is its last day, or None while it lasts."""

    student: str
    since: date
    until: date | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        DateSpan(self.since, self.until)

    @property
    def dates(self) -> DateSpan:
        """The dates of the record, by which a service names it."""
        return DateSpan(self.since, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryService:
    """A program service of a recovery record as the student information system keeps it.

    `school` is the one that uses the time and earns the ADA. With `is_calendar` the ledger writes
    the figures; without, a person did, and a difference from the ledger is a finding. `record` are
    the dates of the recovery record it belongs to, None where it names none.
    """

    student: str
    kind: ServiceKind
    since: date
    until: date | None
    school: str
    is_calendar: bool
    days_used: int | None = None
    minutes_earned: int | None = None
    record: DateSpan | None = None
    comments: str = ""

    def __post_init__(self) -> None:
        DateSpan(self.since, self.until)

    @property
    def dates(self) -> DateSpan:
        """The dates of the service, both ends included."""
        return DateSpan(self.since, self.until)
