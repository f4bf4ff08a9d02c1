"""Chronic absence: a student's absences measured against the days expected."""

from datetime import date
from enum import StrEnum
from fractions import Fraction

from central.domain.absence import AbsenceReason
from central.law.errors import LawError
from central.law.provision import number, share


class AbsenceCategory(StrEnum):
    """The columns of the state's file of student absence (STAS) a missed day is reported in."""

    OUT_OF_SCHOOL_SUSPENSION = "out-of-school suspension"
    IN_SCHOOL_SUSPENSION = "in-school suspension"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    INCOMPLETE_STUDY = "incomplete independent study"


_CATEGORIES = {
    AbsenceReason.SUSPENSION: AbsenceCategory.OUT_OF_SCHOOL_SUSPENSION,
    AbsenceReason.IN_SCHOOL_SUSPENSION: AbsenceCategory.IN_SCHOOL_SUSPENSION,
    AbsenceReason.EXCUSED: AbsenceCategory.EXCUSED,
    AbsenceReason.UNEXCUSED: AbsenceCategory.UNEXCUSED,
    AbsenceReason.INCOMPLETE_STUDY: AbsenceCategory.INCOMPLETE_STUDY,
}


def absence_category(reason: AbsenceReason) -> AbsenceCategory | None:
    """Return the column of the state's absence file for a reason, None where no source names one.

    That is so of students excluded for want of an immunization record.

    Cites: state data dictionary, student absence summary (R-CHR-02).
    """
    return _CATEGORIES.get(reason)


def is_missed_day(reason: AbsenceReason) -> bool:
    """Tell whether a day with this reason is an absence at all: in-school suspension is presence.

    Cites: EC 60901(c)(1); state data dictionary, student absence summary (R-CHR-01, R-CHR-02).
    """
    return reason is not AbsenceReason.IN_SCHOOL_SUSPENSION


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


def alternate_absence_rate(days_absent: int, days_recovered: int, days_expected: int) -> Fraction:
    """Return the rate as it would be if recovered days were no absences; shown beside the rate.

    Raises LawError for more days recovered than missed, and as `absence_rate` does.

    Cites: EC 46211; EC 60901(c)(1) (R-AR-13, R-CHR-01).
    """
    if not 0 <= days_recovered <= days_absent:
        msg = f"{days_recovered} days cannot be recovered of {days_absent} missed"
        raise LawError(msg)
    return absence_rate(days_absent - days_recovered, days_expected)


def is_counted_in_rates(days_expected: int, on: date, *, is_exempt: bool) -> bool:
    """Tell whether a student is among those a published rate is about.

    Cites: EC 60901(c)(1); glossary of the state's absence reports (R-CHR-03).
    """
    return not is_exempt and days_expected >= number("days_expected_to_be_counted", on)


def published_rate(chronic: int, counted: int, on: date) -> Fraction | None:
    """Return the share of the students counted who are chronically absent.

    None where so few are counted that the rate would tell of single students.

    Raises LawError for more chronic absentees than students counted.

    Cites: file structure of the state's data on chronic absence (R-CHR-03).
    """
    if not 0 <= chronic <= counted:
        msg = f"{chronic} of {counted} students is no rate"
        raise LawError(msg)
    return Fraction(chronic, counted) if counted > number("largest_group_kept_back", on) else None
