"""Immunization records of minors: when one is due, and what attendance is worth without it."""

from collections.abc import Collection
from datetime import date

from central.domain.calendar import SATURDAY
from central.domain.finding import Finding, Severity
from central.domain.student import StudentFacts
from central.law.provision import number

_MONTHS_IN_A_YEAR = 12


def immunization_due_on(admitted_on: date, taught: Collection[date]) -> date | None:
    """Return the last day a minor may attend for apportionment without an immunization record.

    That is the tenth school day after four calendar months from admission; `taught` are the days
    school is taught, as far as they are known. None while fewer are known: the day is yet to come.

    Cites: 17 CCR 6025 (R-AGE-06).
    """
    months = admitted_on.month - 1 + number("months_until_immunization", admitted_on)
    year, month = admitted_on.year + months // _MONTHS_IN_A_YEAR, months % _MONTHS_IN_A_YEAR + 1
    past = _day_of_month(year, month, admitted_on.day)
    after = sorted(on for on in taught if on > past and on.weekday() < SATURDAY)
    days = number("school_days_until_immunization", admitted_on)
    return after[days - 1] if len(after) >= days else None


def findings_on_immunization(facts: StudentFacts, due_on: date | None, on: date) -> tuple[Finding, ...]:
    """Report a minor without an immunization record, or an exemption, after the day it was due.

    Who is not shown to be of age is taken for a minor. `due_on` is what `immunization_due_on`
    returned.

    Cites: 17 CCR 6025 (R-AGE-06).
    """
    if due_on is None or on <= due_on or any(span.holds(on) for span in facts.immunized):
        return ()
    age = facts.age_on(on)
    if age is not None and age >= number("age_of_majority", on):
        return ()
    return (
        Finding(
            rule="R-AGE-06",
            citation="17 CCR 6025",
            subject=facts.student,
            on=on,
            says="no immunization record or exemption covers this day, and the time for it has passed",
            remedy="file the record with its date; days before it stay unclaimed",
            severity=Severity.BLOCKING,
        ),
    )


def _day_of_month(year: int, month: int, day: int) -> date:
    """Return a day of a month, or the month's last where it is shorter."""
    following = date(year + month // _MONTHS_IN_A_YEAR, month % _MONTHS_IN_A_YEAR + 1, 1)
    last = date.fromordinal(following.toordinal() - 1)
    return min(last, date.fromordinal(date(year, month, 1).toordinal() + day - 1))
