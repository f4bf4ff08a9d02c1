"""Published: which date it is at a school."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    # Commands ask this before, and some without, any records being opened.
    from central.store.models import School


def local_date(school: "School", at: datetime) -> date:
    """Return the date an instant falls on at the school."""
    return at.astimezone(ZoneInfo(school.time_zone)).date()
