"""Published: take a calendar in from the desk: looked at first, written only by whoever may."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from central.store.models import Staff
from central.work.calendars import CalendarOutcome, CalendarWish, import_calendar
from central.work.tool_rights import Right, Tool, require


@dataclass(frozen=True, slots=True)
class Desk:
    """Who brings a calendar, and when."""

    by: Staff
    at: datetime

    @property
    def name(self) -> str:
        """What stands in the audit."""
        return f"employee {self.by.number}"


def look(wish: CalendarWish, desk: Desk) -> CalendarOutcome:
    """Return what a calendar would change and what the law would say, and write nothing.

    Raises InputError with every problem found, and RefusedError for whoever may not bring one.
    """
    require(desk.by, Tool.CALENDAR, Right.WRITE)
    with transaction.atomic():
        outcome = import_calendar(wish, desk.at, desk.name)
        transaction.set_rollback(True)
    return outcome


def take_in(wish: CalendarWish, desk: Desk) -> CalendarOutcome:
    """Take a calendar in; raises as `look` does."""
    require(desk.by, Tool.CALENDAR, Right.WRITE)
    return import_calendar(wish, desk.at, desk.name)
