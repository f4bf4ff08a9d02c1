"""What is wrong with a station, in the reader's language."""

from django import template
from django.utils.translation import gettext

from central.work.fleet_alerts import Raised
from sync_agent.orders import VERBS

register = template.Library()


@register.filter
def says(raised: Raised) -> str:
    """Return an alert as a sentence with its figures."""
    figures = {
        name: gettext(value) if isinstance(value, str) else value for name, value in raised.figures.items()
    }
    return gettext(raised.alert.sentence) % figures


@register.filter
def remedy(raised: Raised) -> str:
    """Return what to do about an alert."""
    return gettext(raised.alert.remedy)


@register.filter
def does(verb: str) -> str:
    """Return what comes of an order."""
    return gettext(VERBS.get(verb, verb))
