"""What is said of the evidence behind a record, in the reader's language."""

from django import template
from django.utils.translation import gettext as _

from central.timeline import Grade

register = template.Library()


@register.filter
def grade(of_tap: str) -> str:
    """Return in words how well the time of a tap is known."""
    words = {
        Grade.T1: _("to the second"),
        Grade.T2: _("to the minute"),
        Grade.PERIOD: _("within the period"),
        Grade.DAY: _("within the day"),
    }
    return words.get(Grade(of_tap), _("not provable")) if of_tap else ""
