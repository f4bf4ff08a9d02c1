"""When a scheduled report is due, by the school's clock, and for which day it was written last."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from central.store.models import ReportSchedule, School
from central.work.report_schedule import standing

_LONGEST_MONTH = 31
_DAY = timedelta(days=1)
Rhythm = ReportSchedule.Rhythm


@dataclass(frozen=True, slots=True)
class State:
    """How a schedule stands: the day it was last written for, the day it is owed for, and its next moment."""

    row: ReportSchedule
    written_on: date | None
    owed: date | None
    next: datetime


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


def owed(schedule: ReportSchedule, written_on: date | None, now: datetime) -> date | None:
    """Return the day a schedule has yet to be written for; of several missed ones the last alone.

    `written_on` is the day it was written for last.
    """
    due = last_due(schedule, now)
    return None if due is None or (written_on and written_on >= due) else due


def states(school: School, now: datetime) -> list[State]:
    """Return how each schedule of a school stands, the oldest first."""
    found = []
    rows = standing(school).select_related("school").annotate(written_on=Max("written__due_on"))
    for row in rows:
        last: date | None = row.written_on
        found.append(State(row, last, owed(row, last, now), next_due(row, now)))
    return found
