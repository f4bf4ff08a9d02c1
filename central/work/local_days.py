"""Published: which date it is at a school."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.store.models import School


def local_date(school: School, at: datetime) -> date:
    """Return the date an instant falls on at the school."""
    return at.astimezone(ZoneInfo(school.time_zone)).date()
