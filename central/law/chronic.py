"""Chronic absence: a student's absences measured against the days expected."""

from datetime import date
from fractions import Fraction

from central.law.errors import LawError
from central.law.provision import share


def absence_rate(days_absent: int, days_expected: int) -> Fraction:
    """Divide a student's full-day absences, for any reason, by the weekdays expected, exactly.

    Days expected are those the student was enrolled and school was taught. A recovered day
    stays an absence here.

    Raises LawError when no day was expected, or more were missed than expected.

    Cites: EC 60901(c)(1) (R-CHR-01, R-AR-13).
    """
    if not 0 <= days_absent <= days_expected or not days_expected:
        msg = f"absent on {days_absent} of {days_expected} days expected is no absence rate"
        raise LawError(msg)
    return Fraction(days_absent, days_expected)


def is_chronic_absentee(days_absent: int, days_expected: int, on: date) -> bool:
    """Tell whether a student is chronically absent; exactly the share is.

    Cites: EC 60901(c)(1) (R-CHR-01).
    """
    return absence_rate(days_absent, days_expected) >= share("chronic_absence_share", on)
