"""What attendance is worth in dollars, as far as the figures of a fiscal year are known."""

from datetime import date
from fractions import Fraction

from central.domain.calendar import SchoolYear
from central.domain.enrolment import GradeSpan
from central.law.errors import LawError
from central.law.provision import in_force, number, share

_BASE_GRANTS = {
    GradeSpan.TK_3: "base_grant_tk_3",
    GradeSpan.G4_6: "base_grant_4_6",
    GradeSpan.G7_8: "base_grant_7_8",
    GradeSpan.G9_12: "base_grant_9_12",
}
_COST_OF_LIVING = "cost_of_living"


def base_grant(span: GradeSpan, year: SchoolYear) -> int:
    """Return the base grant of a fiscal year for one unit of attendance of a grade span, in dollars.

    It is what the penalties are at least about: adjustments by grade span, supplements and
    concentration come on top and are not known here.

    Raises LawError for a year whose own figure was not read; another year's is never taken for it.

    Cites: EC 42238.02(d) (R-MIN-02).
    """
    return number(_BASE_GRANTS[span], _first_day_of_its_own(_BASE_GRANTS[span], year))


def cost_of_living(year: SchoolYear) -> Fraction:
    """Return the share by which the base grants of a fiscal year are above those of the year before.

    Raises LawError for a year whose own figure was not read.

    Cites: EC 42238.02(d) (R-MIN-02).
    """
    return share(_COST_OF_LIVING, _first_day_of_its_own(_COST_OF_LIVING, year))


def _first_day_of_its_own(name: str, year: SchoolYear) -> date:
    since = in_force(name, year.starts_on).since
    if since != year.starts_on:
        msg = f"{name} of {year.name} is not known here; the last one is of {SchoolYear.of(since).name}"
        raise LawError(msg)
    return since
