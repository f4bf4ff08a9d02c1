"""What the papers of several reports have in common: the line under the title, clock times, shares."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from central.reports.occasion import Occasion
from central.reports.rounding import percent


def head(of: Occasion) -> list[str]:
    """Return what stands under the title: up to when things are told."""
    return [f"As of the end of {of.as_of:%m/%d/%Y}: what was written later is not counted."]


def clock(at: datetime | None, of: Occasion) -> str:
    """Return an instant by the school's own clock, nothing where there is none."""
    return f"{at.astimezone(ZoneInfo(of.zone)):%m/%d/%Y %H:%M:%S}" if at else ""


def hour(at: datetime | None, of: Occasion) -> str:
    """Return the time of day of an instant by the school's own clock, to the minute."""
    return f"{at.astimezone(ZoneInfo(of.zone)):%H:%M}" if at else ""


def month_of(at: datetime, of: Occasion) -> str:
    """Return the calendar month of an instant by the school's own clock, as "2024-09"."""
    return f"{at.astimezone(ZoneInfo(of.zone)):%Y-%m}"


def share(part: int, whole: int) -> Decimal | None:
    """Return a part as a percentage with two decimals, None of nothing."""
    return percent(Fraction(part, whole), places=2) if whole else None
