"""Dates and times as addresses and forms bring them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import Http404

# Wide enough for every record there is, and far enough from the ends of the calendar to reckon with.
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)


def date_in(text: str, otherwise: date) -> date:
    """Return the ISO date in an address, `otherwise` where there is none; a wrong one is a wrong address."""
    if not text:
        return otherwise
    try:
        return written_date(text)
    except ValueError as error:
        raise Http404 from error


def written_date(text: str) -> date:
    """Return a date written YYYY-MM-DD; raises ValueError for all else and for a day of no record."""
    on = date.fromisoformat(text)
    # Python also reads dates by week and without hyphens, which no browser sends.
    if on.isoformat() != text or not _EARLIEST <= on <= _LATEST:
        msg = f"{text!r} is no date from {_EARLIEST} to {_LATEST}"
        raise ValueError(msg)
    return on


def written_instant(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    """Return the instant of YYYY-MM-DDTHH:MM by the clocks of a zone, with seconds where they are written.

    `fold` is 1 for the second of two hours of the same name. Raises ValueError for all else, for a day
    of no record, and for a text with an offset of its own.
    """
    on, _, clock = text.partition("T")
    written = datetime.fromisoformat(text)
    if written_date(on) != written.date() or written.tzinfo is not None or not clock:
        msg = f"{text!r} is no date and time of the school's clocks"
        raise ValueError(msg)
    return written.replace(tzinfo=zone, fold=fold)
