"""Independent study: the ratio of attendance to certificated staff."""

from datetime import date
from fractions import Fraction

from central.domain.school import LeaKind
from central.law.errors import LawError
from central.law.provision import number


def full_time_equivalent(minutes_a_day: int, days: int, on: date) -> Fraction:
    """Return what part of a full-time equivalent a certificated employee is, exactly, at most one.

    Cites: 5 CCR 11704 (R-IS-06).
    """
    full = number("minutes_a_day_full_time", on) * number("days_a_year_full_time", on)
    return min(Fraction(minutes_a_day * days, full), Fraction(1))


def is_held_to_ratio(age: int | None, on: date) -> bool:
    """Tell whether a student's attendance counts against the ratio; an unknown age does.

    Cites: EC 51745.6(a)(1) (R-IS-06).
    """
    return age is None or age <= number("oldest_age_in_study_ratio", on)


def ratio_allowed(kind: LeaKind, other: Fraction | None, on: date) -> Fraction:
    """Return the attendance a full-time equivalent may carry.

    `other` is the ratio of the alternative: for a district or county office that of all its other
    programmes, which it must know; for a charter school that of the largest unified district of
    its county or counties at the prior year's P-2, taken where it is larger than 25 to 1.

    Raises LawError for a district that did not say its other programmes' ratio.

    Cites: EC 51745.6(a)(1); 5 CCR 11704 (R-IS-06).
    """
    if kind is LeaKind.CHARTER:
        own = Fraction(number("study_pupils_a_teacher", on))
        return own if other is None else max(own, other)
    if other is None:
        msg = "a district is held to the ratio of its other programmes, and that is not known"
        raise LawError(msg)
    return other


def ineligible_ada(ada: Fraction, full_time_equivalents: Fraction, ratio: Fraction) -> Fraction:
    """Return the attendance above what the staff may carry, exactly; it may not be claimed.

    `ada` is that of students held to the ratio, at P-2.

    Cites: EC 51745.6(a)(1); 5 CCR 11704 (R-IS-06).
    """
    return max(ada - ratio * full_time_equivalents, Fraction(0))
