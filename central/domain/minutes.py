"""The instructional minutes a school offers on a day, at the site and in all."""

from dataclasses import dataclass
from datetime import date

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
