"""Which days are to be certified: those on which school was taught and which are over."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from central.store.models import CalendarDay, Meeting, School, Station
from central.work.day_ranges import SchoolDay, school_day


def ended_days(school: School, now: datetime) -> list[SchoolDay]:
    """Return the days on which some track was taught that have ended by the school's clock, ascending."""
    zone = ZoneInfo(school.time_zone)
    today = now.astimezone(zone).date()
    taught = CalendarDay.objects.filter(
        track__school_year__school=school, is_taught=True, on__lt=today
    ).order_by("on")
    bells: dict[int, tuple[time, time]] = {
        row["weekday"]: (row["first"], row["last"])
        for row in Meeting.objects.filter(section__school=school)
        .values("weekday")
        .annotate(first=Min("starts"), last=Max("ends"))
    }
    days = taught.values_list("on", flat=True).distinct()
    return [school_day(on, zone, bells.get(on.weekday())) for on in days]


def is_in_use(station: Station, on: date, zone: ZoneInfo) -> bool:
    """Tell whether a station was in use on a date of the school's, the last one included."""
    until = station.retired_at
    since = station.commissioned_at.astimezone(zone).date()
    return since <= on and (until is None or on <= until.astimezone(zone).date())
