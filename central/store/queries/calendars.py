"""Published: the calendars of a school year's tracks, as the law wants them."""

from collections import defaultdict
from datetime import date

from central.domain.calendar import SchoolYear, TrackCalendar
from central.store.models import CalendarDay, ExcludedWeek


def track_calendars(school_id: int, year: SchoolYear) -> dict[str, TrackCalendar]:
    """Return the calendar of each track of a school year that has at least one day, by its code."""
    taught: dict[str, set[date]] = defaultdict(set)
    ours = {"track__school_year__school": school_id, "track__school_year__name": year.name}
    days = CalendarDay.objects.filter(**ours).values_list("track__code", "on", "is_taught")
    for code, on, is_taught in days:
        taught[code] |= {on} if is_taught else set()
    weeks: dict[str, set[date]] = defaultdict(set)
    for code, monday in ExcludedWeek.objects.filter(**ours).values_list("track__code", "monday"):
        weeks[code].add(monday)
    return {
        code: TrackCalendar(code, year, frozenset(days_taught), frozenset(weeks[code]))
        for code, days_taught in sorted(taught.items())
    }
