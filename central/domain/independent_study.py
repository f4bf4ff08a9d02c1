"""Independent study: agreements, who signed them when, and the time value of a day's work."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Signer(StrEnum):
    """Whose signature an agreement may need."""

    STUDENT = "student"
    PARENT = "parent"
    SUPERVISOR = "supervisor"
    SPECIAL_EDUCATION = "special education"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyAgreement:
    """A written agreement; `missing` names required elements it lacks, such as "course credits"."""

    agreement: str
    student: str
    since: date
    until: date
    signed_on: tuple[tuple[Signer, date], ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyWork:
    """What one student's work of one date was worth, in minutes, as a certificated teacher judged it.

    `is_engaged` says that the student was engaged in an educational activity that very day.
    """

    student: str
    on: date
    work_minutes: int
    synchronous_minutes: int
    is_engaged: bool
    evaluated_by: str
    evaluated_on: date
    due_on: date
    handed_in_on: date
