"""The periods attendance is reported for, and the days they are divided by."""

from collections.abc import Sequence
from datetime import date, timedelta

from central.domain.calendar import SATURDAY, SchoolMonth, SchoolYear, TrackCalendar
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.months import is_full, month_of, require_disjoint, school_months
from central.law.provision import date_in, number

_ENDS = {PeriodKind.P1: "first_period_ends", PeriodKind.P2: "second_period_ends"}
_DUE = {
    PeriodKind.P1: "first_period_due",
    PeriodKind.P2: "second_period_due",
    PeriodKind.ANNUAL: "annual_due",
}


def period_ends_on(kind: PeriodKind, year: SchoolYear) -> date:
    """Return the last day a full school month may end on to belong to a period.

    Cites: EC 41601; EC 37200 (R-CAL-01, R-CAL-03).
    """
    return date_in(_ENDS[kind], year) if kind in _ENDS else year.ends_on


def months_in(kind: PeriodKind, months: Sequence[SchoolMonth], year: SchoolYear) -> tuple[SchoolMonth, ...]:
    """Return the school months a period is made of.

    P-1 and P-2 take only full months that have ended by their last day; a month that ends three
    days later is wholly out, and so are its days before. Annual takes every month, the short one
    at the end included.

    Raises LawError when months overlap.

    Cites: EC 41601 (R-CAL-03).
    """
    require_disjoint(months)
    if kind is PeriodKind.ANNUAL:
        return tuple(months)
    last = period_ends_on(kind, year)
    return tuple(month for month in months if is_full(month) and month.ends_on <= last)


def is_divisor_day(on: date, calendar: TrackCalendar) -> bool:
    """Tell whether a date is one of the days a track's attendance is divided by.

    Saturdays, Sundays and the make-up classes held on them never are.

    Cites: EC 41601(a); EC 46301; EC 37223 (R-CAL-04).
    """
    return on in calendar.days_taught and on.weekday() < SATURDAY


def divisor_days(calendar: TrackCalendar) -> frozenset[date]:
    """Return the days a track's attendance is divided by.

    Cites: EC 41601(a); EC 46301; EC 37223 (R-CAL-04).
    """
    return frozenset(on for on in calendar.days_taught if is_divisor_day(on, calendar))


def period_calendar(kind: PeriodKind, calendar: TrackCalendar) -> TrackCalendar:
    """Return a track's calendar with only the period's divisor days taught.

    What it leaves is what `average_daily_attendance` divides by, and the only days whose
    attendance may be counted for the period.

    Cites: EC 41601(a) (R-CAL-03, R-CAL-04).
    """
    months = months_in(kind, school_months(calendar), calendar.school_year)
    days = divisor_days(calendar)
    return calendar.within({on for on in days if month_of(on, months) is not None})


def due_on(kind: PeriodKind, year: SchoolYear, lea: LeaKind = LeaKind.CHARTER) -> date:
    """Return the day a period's attendance is due: to the department, and of a charter to its authorizer.

    Authorizers ask their charter schools for it earlier, so that they can look it through.

    Raises LawError for a year whose due dates were not read.

    Cites: EC 41601; the department's due dates (R-CAL-03).
    """
    # The year's own attendance falls due in the July after it.
    within = SchoolYear.of(year.ends_on + timedelta(days=1)) if kind is PeriodKind.ANNUAL else year
    due = date_in(_DUE[kind], within)
    if lea is not LeaKind.CHARTER:
        return due
    return due - timedelta(weeks=number("weeks_a_charter_reports_earlier", year.starts_on))
