"""The dated facts about a student that decide whether a day may be claimed."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.domain.calendar import DateSpan

_FEBRUARY, _LEAP_DAY = 2, 29


class FactKind(StrEnum):
    """What may be known of a student; its value is what a person writes."""

    RESIDENCY = "residency"
    DIPLOMA = "diploma"
    DIPLOMA_COURSE_AT_19 = "diploma course at 19"
    UNBROKEN_SINCE_19 = "unbroken since 19"
    PROGRESS = "progress"
    IMMUNIZATION = "immunization"
    IMMUNIZATION_EXEMPTION = "immunization exemption"
    ENGLISH_LEARNER = "english learner"
    FREE_OR_REDUCED_MEALS = "free or reduced meals"
    FOSTER = "foster"
    SPECIAL_EDUCATION = "special education"
    WIOA = "wioa"
    AEBG = "aebg"
    CONCURRENT_COLLEGE = "concurrent college"
    PRIOR_RECOVERY_DAYS = "prior recovery days"
    ABSENCE_EXEMPTION = "absence exemption"


@dataclass(frozen=True, slots=True)
class DatedFact:
    """One fact about one student and the days it holds; `value` is its number or word, where it has one."""

    student: str
    kind: FactKind
    valid: DateSpan
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentFacts:
    """What the school has proof of, and for which days; what is not in a span was not shown.

    `residency` are the spans for which California residency is proven. `diploma_on` is the day a
    high school diploma was awarded, `admitted_on` the first day the school enrolled the student.
    Three matter to students over 19 in an ordinary charter programme: `diploma_courses` are the
    times they were enrolled for a diploma (or under an individualized education program),
    `public_school` are stretches in public school without a break, `progress` the days for which
    satisfactory progress was found. `immunized` are the days covered by an immunization record or
    by an exemption from it, `in_college` those of concurrent enrollment in a college.
    """

    student: str
    born_on: date | None = None
    admitted_on: date | None = None
    residency: tuple[DateSpan, ...] = ()
    diploma_on: date | None = None
    diploma_courses: tuple[DateSpan, ...] = ()
    public_school: tuple[DateSpan, ...] = ()
    progress: tuple[DateSpan, ...] = ()
    immunized: tuple[DateSpan, ...] = ()
    in_college: tuple[DateSpan, ...] = ()

    def age_on(self, on: date) -> int | None:
        """Return the age in completed years on a date, or None without a birth date."""
        if self.born_on is None:
            return None
        had_birthday = (on.month, on.day) >= (self.born_on.month, self.born_on.day)
        return on.year - self.born_on.year - (not had_birthday)

    def turns(self, age: int) -> date | None:
        """Return the first day of an age, or None without a birth date.

        Who was born on a February 29 turns on March 1 of a year that has none.
        """
        if self.born_on is None:
            return None
        year = self.born_on.year + age
        if (self.born_on.month, self.born_on.day) == (_FEBRUARY, _LEAP_DAY) and not isleap(year):
            return date(year, _FEBRUARY + 1, 1)
        return self.born_on.replace(year=year)
