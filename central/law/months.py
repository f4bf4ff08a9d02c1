"""School months: the four-week units attendance is counted in."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from central.domain.calendar import SchoolMonth, TrackCalendar, monday_of
from central.law.errors import LawError
from central.law.provision import number

_TO_FRIDAY = timedelta(days=4)
_WEEK = timedelta(days=7)


def school_months(calendar: TrackCalendar) -> tuple[SchoolMonth, ...]:
    """Lay a track's school year out in school months.

    The first begins with the Monday of the first week of teaching. Weeks follow one another,
    holidays and all, except the vacation weeks the school keeps out; every four kept weeks make
    a month, and the last month holds whatever is left. Windows stay inside the school year.

    Raises LawError when a week that is kept out has a school day: its attendance would be lost.

    Cites: EC 37200; EC 37201(a) (R-CAL-01, R-CAL-02).
    """
    for on in sorted(calendar.weekdays_taught):
        if monday_of(on) in calendar.excluded_weeks:
            msg = f"track {calendar.track} is taught on {on}, in a week kept out of its school months"
            raise LawError(msg)
    length = number("weeks_in_a_school_month", calendar.school_year.starts_on)
    kept = _kept_weeks(calendar)
    groups = [kept[start : start + length] for start in range(0, len(kept), length)]
    return tuple(_month(index, weeks, calendar) for index, weeks in enumerate(groups, start=1))


def is_full(month: SchoolMonth) -> bool:
    """Tell whether a school month has all its weeks.

    Cites: EC 37201(a) (R-CAL-02).
    """
    return len(month.weeks) == number("weeks_in_a_school_month", month.starts_on)


def month_of(on: date, months: Sequence[SchoolMonth]) -> SchoolMonth | None:
    """Return the school month a date is counted in, or None for a date in none.

    Raises LawError for a date in two months: it would be counted twice.

    Cites: EC 37201(a) (R-CAL-02).
    """
    found = [month for month in months if month.holds(on)]
    if len(found) > 1:
        msg = f"{on} lies in school months {found[0].number} and {found[1].number}"
        raise LawError(msg)
    return found[0] if found else None


def require_disjoint(months: Sequence[SchoolMonth]) -> None:
    """Refuse school months one of which begins before the one before it has ended.

    Raises LawError naming the two months.

    Cites: EC 37201(a) (R-CAL-02).
    """
    ordered = sorted(months, key=lambda month: (month.starts_on, month.number))
    for before, after in pairwise(ordered):
        if after.starts_on <= before.ends_on:
            msg = f"school months {before.number} and {after.number} overlap on {after.starts_on}"
            raise LawError(msg)


def _kept_weeks(calendar: TrackCalendar) -> tuple[date, ...]:
    first, last = monday_of(calendar.first_day), monday_of(calendar.last_day)
    count = (last - first) // _WEEK + 1
    weeks = (first + index * _WEEK for index in range(count))
    return tuple(week for week in weeks if week not in calendar.excluded_weeks)


def _month(index: int, weeks: tuple[date, ...], calendar: TrackCalendar) -> SchoolMonth:
    year = calendar.school_year
    return SchoolMonth(
        number=index,
        starts_on=max(weeks[0], year.starts_on),
        ends_on=min(weeks[-1] + _TO_FRIDAY, year.ends_on),
        weeks=weeks,
    )
