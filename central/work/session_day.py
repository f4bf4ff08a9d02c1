"""Whether a class was held on a day that has come, and whether it is too late for a same-day entry."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.errors import RefusedError
from central.store.models import Section
from central.store.timetable import is_taught, meeting_on
from central.work.local_days import local_date


def require_held(section: Section, on: date, at: datetime) -> None:
    """Raise RefusedError for a day on which the class was not held, or has not begun at an instant."""
    where = f"section {section.code} on {on}"
    if not section.since <= on <= section.until or not is_taught(section, on):
        msg = f"{where} was not taught; there is no attendance to certify (correct the calendar if it was)"
        raise RefusedError(msg)
    zone = ZoneInfo(section.school.time_zone)
    meeting = meeting_on(section, on)
    if meeting is None and section.meetings.exists():
        msg = f"{where} does not meet on that weekday; correct the bell schedule if it did"
        raise RefusedError(msg)
    begins_at = meeting and datetime.combine(on, meeting.starts, zone)
    if on > at.astimezone(zone).date() or (begins_at and at < begins_at):
        msg = f"{where} has not begun yet; certify it after the class"
        raise RefusedError(msg)


def require_same_day(section: Section, on: date, at: datetime, late_reason: str) -> None:
    """Raise RefusedError for an entry after the calendar day it is about without a reason.

    Source: CDE letter of August 3 2009 on electronic attendance.
    """
    if on < local_date(section.school, at) and not late_reason.strip():
        where = f"section {section.code} on {on}"
        msg = f"{where} is signed after its calendar day; give the reason for the late entry"
        raise RefusedError(msg)
