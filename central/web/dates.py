"""Dates in addresses."""

from datetime import date

from django.http import Http404

# Wide enough for every record there is, and far enough from the ends of the calendar to reckon with.
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)


def date_in(text: str, otherwise: date) -> date:
    """Return the ISO date in an address, `otherwise` where there is none; a wrong one is a wrong address."""
    if not text:
        return otherwise
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not _EARLIEST <= on <= _LATEST:
        raise Http404
    return on
