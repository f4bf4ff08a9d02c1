"""Independent study: agreements, who signed them when, and the time value of a day's work."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from central.domain.calendar import DateSpan
from central.domain.errors import DomainError


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

    def __post_init__(self) -> None:
        DateSpan(self.since, self.until)

    def holds(self, on: date) -> bool:
        """Tell whether a date lies in the agreement, both ends included."""
        return self.since <= on <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyWork:
    """What one student's work of one date was worth, in minutes, as a certificated teacher judged it.

    `is_engaged` says that the student was engaged in an educational activity that very day;
    `has_sample` that it is written down where the work sample is kept.
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
    has_sample: bool = True

    def __post_init__(self) -> None:
        if self.work_minutes < 0 or self.synchronous_minutes < 0:
            msg = f"work of {self.on} cannot be worth less than nothing"
            raise DomainError(msg)

    @property
    def is_late(self) -> bool:
        """Tell whether the work came in after its assignment period was over."""
        return self.handed_in_on > self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCase:
    """All that is known of one student's independent study in a school year.

    `born_on` is None without a birth date on file; `special_education` are the days for which the
    student is known to be an individual with exceptional needs. `work` holds at most one row a date.
    """

    student: str
    born_on: date | None = None
    special_education: tuple[DateSpan, ...] = ()
    agreements: tuple[StudyAgreement, ...] = ()
    work: tuple[StudyWork, ...] = ()

    def __post_init__(self) -> None:
        dates = [row.on for row in self.work]
        if len(set(dates)) != len(dates):
            msg = f"student {self.student} has two rows of work on one date"
            raise DomainError(msg)

    def age_on(self, on: date) -> int | None:
        """Return the age in completed years on a date, or None without a birth date."""
        if self.born_on is None:
            return None
        had_birthday = (on.month, on.day) >= (self.born_on.month, self.born_on.day)
        return on.year - self.born_on.year - (not had_birthday)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStaffing:
    """The certificated staff of independent study in full-time equivalents, and the ratio elsewhere.

    `other_ratio` is that of a district's other programmes, or of the largest unified district in a
    charter school's county; None where the school has not said.
    """

    full_time_equivalents: Fraction
    other_ratio: Fraction | None = None
