"""The instructional minutes a school offers on a day and in a year, and those its students sat in class."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.domain.enrolment import Grade
from central.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class DayMinutes:
    """The minutes one track offers one grade on one date.

    `on_site` are those of `offered` at the school site under the immediate supervision of a
    certificated employee; `required` are those for which students must be at the site. None where
    the school has not said.
    """

    track: str
    on: date
    grade: Grade
    offered: int
    on_site: int | None = None
    required: int | None = None

    def __post_init__(self) -> None:
        for part in (self.on_site, self.required):
            if part is not None and not 0 <= part <= self.offered:
                msg = f"{part} of {self.offered} minutes offered on {self.on} cannot be"
                raise DomainError(msg)


@dataclass(frozen=True, slots=True)
class YearMinutes:
    """What the days of one track and grade come to in a school year.

    `site_not_said` are the minutes offered on days for which nobody said how many were at the site,
    `requirement_not_said` those on days for which nobody said how many were required there.
    """

    track: str
    grade: Grade
    days: int
    offered: int
    on_site: int
    required: int
    site_not_said: int = 0
    requirement_not_said: int = 0


class Verdict(StrEnum):
    """Whether a condition is met, as far as the records show."""

    MET = "met"
    NOT_MET = "not met"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class SeatTime:
    """The minutes one student certified present provably sat in one class on one day.

    `scheduled` are the minutes of the class by the bell schedule; `proven` is None where no second
    tap shows when the student left.
    """

    student: str
    on: date
    section: str
    scheduled: int
    proven: int | None
