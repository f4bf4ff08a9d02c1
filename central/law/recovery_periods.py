"""Attendance recovery: the date each reporting period counts recovered days to."""

from collections.abc import Iterable
from datetime import date

from central.domain.absence import FullDayAbsence
from central.domain.calendar import TrackCalendar
from central.domain.period import PeriodKind
from central.domain.recovery import RecoverySession
from central.law.months import school_months
from central.law.periods import months_in
from central.law.recovery_account import NOTHING_ELSE, RecoveryAccount, RecoveryGround, account


def recovery_counts_to(kind: PeriodKind, calendar: TrackCalendar) -> date | None:
    """Return the date up to which a period of a track counts both sessions and absences, inclusive.

    P-1 and P-2 end with their last full school month, a Friday; a session of that weekend belongs to
    the next period. Annual ends on June 30, because sessions after the last school day still count.
    None for a period that has no full school month yet: it has no recovered day either.

    Cites: EC 41601; EC 46211 (R-CAL-03, R-AR-05, R-AR-12).
    """
    if kind is PeriodKind.ANNUAL:
        return calendar.school_year.ends_on
    months = months_in(kind, school_months(calendar), calendar.school_year)
    return max((month.ends_on for month in months), default=None)


def period_accounts(
    student: str,
    sessions: Iterable[RecoverySession],
    absences: Iterable[FullDayAbsence],
    calendar: TrackCalendar,
    ground: RecoveryGround = NOTHING_ELSE,
) -> dict[PeriodKind, RecoveryAccount]:
    """Compute a student's account as of each period of a track's year; a period without a month is left out.

    The days used never fall from one period to the next when only time passes.

    Raises LawError for a school year before recovery began.

    Cites: EC 46211; EC 41601 (R-AR-06, R-AR-12).
    """
    held, missed = tuple(sessions), tuple(absences)
    ends = {kind: recovery_counts_to(kind, calendar) for kind in PeriodKind}
    return {
        kind: account(student, held, missed, calendar.school_year, as_of, ground)
        for kind, as_of in ends.items()
        if as_of is not None
    }
