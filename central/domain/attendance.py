"""Attendance as it moves from a student's tap to a day that may be claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from central.domain.enrolment import Grade, Modality
from central.domain.operator import Operator


class Mark(StrEnum):
    """What an attendance record says of a student in a class."""

    PRESENT = "present"
    ABSENT = "absent"


class Stage(StrEnum):
    """How far an attendance record has come."""

    PROVISIONAL = "provisional"
    CERTIFIED = "certified"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    REMOVED = "removed"

    @property
    def number(self) -> int | None:
        """The stage's number in the school's procedure, 0 to 3; None once removed."""
        return _NUMBERS.get(self)

    @property
    def counts(self) -> bool:
        """Tell whether a certificated person stands behind the record, so that it may be claimed."""
        return bool(self.number)


_NUMBERS = {Stage.PROVISIONAL: 0, Stage.CERTIFIED: 1, Stage.SUBMITTED: 2, Stage.CONFIRMED: 3}

_ANYBODY = frozenset(Operator)
_STAFF = frozenset({Operator.CERTIFICATED, Operator.CLERK})
_CERTIFICATED = frozenset({Operator.CERTIFICATED})

MOVES: Mapping[tuple[Stage | None, Stage], frozenset[Operator]] = MappingProxyType(
    {
        (None, Stage.PROVISIONAL): _ANYBODY,
        (Stage.PROVISIONAL, Stage.CERTIFIED): _CERTIFICATED,
        (Stage.PROVISIONAL, Stage.REMOVED): _STAFF,
        (Stage.CERTIFIED, Stage.SUBMITTED): _CERTIFICATED,
        (Stage.SUBMITTED, Stage.CONFIRMED): _CERTIFICATED,
        # The ways back: undoing a certification, and reopening what another system did not keep.
        (Stage.CERTIFIED, Stage.PROVISIONAL): _CERTIFICATED,
        (Stage.CERTIFIED, Stage.REMOVED): _CERTIFICATED,
        (Stage.SUBMITTED, Stage.CERTIFIED): _CERTIFICATED,
        (Stage.CONFIRMED, Stage.CERTIFIED): _CERTIFICATED,
        (Stage.REMOVED, Stage.PROVISIONAL): _STAFF,
    },
)
"""Who may take a record from one stage (None: no record yet) to another; all else is nobody's."""


def may_move(operator: Operator, since: Stage | None, to: Stage) -> bool:
    """Tell whether an operator may take a record from one stage to another.

    A student only creates provisional records. The clerk evaluates, proposes and removes;
    certifying, submitting and confirming are a certificated person's alone (R-REC-04).
    """
    return operator in MOVES.get((since, to), frozenset())


@dataclass(frozen=True, slots=True)
class RecordedMark:
    """What one attendance record says: a student, a school date, a track, a mark and its stage."""

    student: str
    on: date
    track: str
    mark: Mark
    stage: Stage


@dataclass(frozen=True, slots=True)
class AttendanceDay:
    """One day one student may be claimed for, in the track, grade and modality of that date."""

    student: str
    on: date
    track: str
    grade: Grade
    modality: Modality = Modality.CLASSROOM
