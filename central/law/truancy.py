"""Truancy: days and hours missed without an excuse by those compulsory education binds."""

from datetime import date

from central.domain.student import StudentFacts
from central.law.chronic import absence_rate
from central.law.provision import number, share


def is_under_compulsory_education(facts: StudentFacts, on: date) -> bool | None:
    """Tell whether compulsory education binds a student on a date: never an adult.

    None without a birth date: then nobody can say.

    Cites: EC 48200 (R-TRU-01).
    """
    age = facts.age_on(on)
    return None if age is None else age < number("age_of_majority", on)


def is_occasion(minutes_missed: int, on: date) -> bool:
    """Tell whether minutes missed on one day without an excuse are an occasion of truancy.

    Cites: EC 48260(a) (R-TRU-01).
    """
    return minutes_missed > number("minutes_of_an_occasion", on)


def is_truant(unexcused_days: int, occasions: int, on: date) -> bool:
    """Tell whether full days and occasions without an excuse, in any mixture, make a truant.

    Both are of one school year; a day is a full day or an occasion, never both.

    Cites: EC 48260(a) (R-TRU-01).
    """
    return unexcused_days + occasions >= number("occasions_of_a_truant", on)


def is_habitual_truant(reports: int, on: date, *, was_conference_sought: bool) -> bool:
    """Tell whether reports as a truant in one school year make a habitual truant.

    Only after the school has made an effort to confer with the parent and the student.

    Cites: EC 48262 (R-TRU-01).
    """
    return was_conference_sought and reports >= number("reports_of_a_habitual_truant", on)


def is_chronic_truant(unexcused_days: int, days_expected: int, on: date) -> bool:
    """Tell whether days missed without an excuse, of those since enrollment, make a chronic truant.

    Raises LawError as `absence_rate` does.

    Cites: EC 48263.6 (R-TRU-01).
    """
    return absence_rate(unexcused_days, days_expected) >= share("chronic_truancy_share", on)
