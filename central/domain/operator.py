"""Who works on attendance, and which documents prove a teacher."""

from dataclasses import dataclass
from enum import StrEnum

from central.domain.calendar import DateSpan


class Operator(StrEnum):
    """The three who may touch an attendance record; everybody else only reads."""

    STUDENT = "student"
    CERTIFICATED = "certificated"
    CLERK = "clerk"


@dataclass(frozen=True, slots=True)
class TeacherCredential:
    """A teaching document one teacher held for a while."""

    teacher: str
    valid: DateSpan
