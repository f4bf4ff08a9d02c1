"""The dated facts about a student that decide whether a day may be claimed."""

from dataclasses import dataclass
from datetime import date

from central.domain.calendar import DateSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentFacts:
    """What the school has proof of; None means that nothing was shown either way.

    `residency` are the spans for which California residency is proven. `diploma_on` is the
    day a high school diploma was awarded. The last three matter to students over 19 in an
    ordinary charter programme: enrolled for a diploma (or under an individualized education
    program) while 19, enrolled in public school without a break since, and progressing.
    """

    student: str
    born_on: date | None = None
    residency: tuple[DateSpan, ...] = ()
    diploma_on: date | None = None
    pursued_diploma_at_nineteen: bool | None = None
    is_unbroken_since_nineteen: bool | None = None
    is_progressing: bool | None = None

    def age_on(self, on: date) -> int | None:
        """Return the age in completed years on a date, or None without a birth date."""
        if self.born_on is None:
            return None
        had_birthday = (on.month, on.day) >= (self.born_on.month, self.born_on.day)
        return on.year - self.born_on.year - (not had_birthday)
