"""Make-up classes on Saturdays and Sundays: what their attendance counts for, and how much of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from central.domain.attendance import AttendanceDay
from central.domain.calendar import TrackCalendar, monday_of
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.law.months import school_months
from central.law.periods import divisor_days, is_divisor_day, months_in, period_calendar, period_ends_on
from central.law.provision import number


def is_make_up_class(on: date, calendar: TrackCalendar) -> bool:
    """Tell whether a date is a weekend class: attended, but never divided by.

    Cites: EC 37223 (R-ADA-08).
    """
    return on in calendar.days_taught and not is_divisor_day(on, calendar)


def countable_calendar(kind: PeriodKind, calendar: TrackCalendar) -> TrackCalendar:
    """Return a track's calendar with the days whose attendance counts for a period.

    These are the days it is divided by, and the weekend classes at the end of a week that belongs
    to the period's school months, up to the last day of the period itself: a month may end on
    Friday, April 15, and the class of April 16 is still out.

    Cites: EC 37223; EC 41601(a) (R-ADA-08, R-CAL-03, R-CAL-04).
    """
    months = months_in(kind, school_months(calendar), calendar.school_year)
    weeks = {week for month in months for week in month.weeks}
    last = period_ends_on(kind, calendar.school_year)
    weekends = {on for on in calendar.days_taught - divisor_days(calendar) if monday_of(on) in weeks}
    kept = {on for on in weekends if on <= last}
    return calendar.within(period_calendar(kind, calendar).days_taught | kept)


def days_over_five_a_week(days: Iterable[AttendanceDay]) -> frozenset[AttendanceDay]:
    """Return the weekend days that would credit a student with too many days in one week.

    A week runs from Monday to Sunday, over all tracks. The regular days come first; of two weekend
    days, Saturday.

    Cites: EC 37223 (R-ADA-08).
    """
    credited: Counter[tuple[str, date]] = Counter()
    over: set[AttendanceDay] = set()
    for day in sorted(days, key=lambda day: (day.student, day.on)):
        week = (day.student, monday_of(day.on))
        if credited[week] >= number("attendance_days_a_week", day.on):
            over.add(day)
        else:
            credited[week] += 1
    return frozenset(over)


def finding_on_sixth_day(day: AttendanceDay) -> Finding:
    """Report a weekend class that is not credited because the student's week is full.

    Cites: EC 37223 (R-ADA-08).
    """
    return Finding(
        rule="R-ADA-08",
        citation="EC 37223",
        subject=day.student,
        on=day.on,
        says=f"attended a weekend class of track {day.track} after a full week; it is not credited",
        remedy="nothing is to be done; have counsel confirm the most days a week can hold",
        severity=Severity.NOTICE,
    )
