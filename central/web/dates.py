"""Dates in addresses."""

from datetime import date

from django.http import Http404


def date_in(text: str, otherwise: date) -> date:
    """Return the ISO date in an address, `otherwise` where there is none; a wrong one is a wrong address."""
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
