"""Full-day absences and the reasons noted for them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AbsenceReason(StrEnum):
    """Why a student was absent for a full day; its effect on apportionment is the law's to say."""

    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    SUSPENSION = "suspension"
    IN_SCHOOL_SUSPENSION = "in-school suspension"
    """In attendance, though not in class."""
    IMMUNIZATION = "immunization"
    """Sent home for want of an immunization record."""
    INCOMPLETE_STUDY = "incomplete study"
    """A day of independent study without the work that would make it one."""


@dataclass(frozen=True, slots=True)
class FullDayAbsence:
    """One school day a student missed altogether."""

    student: str
    on: date
    reason: AbsenceReason


@dataclass(frozen=True, slots=True)
class AbsenceCode:
    """A code of a school's own table: the reason it stands for, and whether its day counts as attended."""

    code: str
    reason: AbsenceReason
    is_credited: bool
