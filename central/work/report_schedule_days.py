"""When a scheduled report is due, by the school's clock, and for which day it was written last."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from central.store.models import ReportSchedule, ScheduledReport

_LONGEST_MONTH = 31
_DAY = timedelta(days=1)
Rhythm = ReportSchedule.Rhythm


def is_day(schedule: ReportSchedule, on: date) -> bool:
    """Tell whether a schedule's rhythm falls on a date; a short month's last day stands for later ones."""
    if schedule.rhythm == Rhythm.WEEKLY:
        return on.isoweekday() == schedule.day
    if schedule.rhythm == Rhythm.MONTHLY:
        return on.day == min(schedule.day, monthrange(on.year, on.month)[1])
    return True


def last_due(schedule: ReportSchedule, now: datetime) -> date | None:
    """Return the last day it was due by an instant; None before the first since it was added."""
    zone = ZoneInfo(schedule.school.time_zone)
    here = now.astimezone(zone)
    on = here.date() if here.time() >= schedule.at_time else here.date() - _DAY
    for _ in range(_LONGEST_MONTH):
        if is_day(schedule, on):
            moment = datetime.combine(on, schedule.at_time, zone)
            return on if moment > schedule.at else None
        on -= _DAY
    return None


def next_due(schedule: ReportSchedule, now: datetime) -> datetime:
    """Return the first instant after another at which it is due, by the school's clock."""
    zone = ZoneInfo(schedule.school.time_zone)
    here = now.astimezone(zone)
    on = here.date() if here.time() < schedule.at_time else here.date() + _DAY
    while not is_day(schedule, on):
        on += _DAY
    return datetime.combine(on, schedule.at_time, zone)


def owed(schedule: ReportSchedule, now: datetime) -> date | None:
    """Return the day a schedule has yet to be written for; of several missed ones the last alone."""
    due = last_due(schedule, now)
    if due is None or ScheduledReport.objects.filter(schedule=schedule, due_on__gte=due).exists():
        return None
    return due
