"""What the program has to tell, in the reader's language."""

from django import template
from django.utils.translation import gettext

from central.work.gaps import Gap
from central.work.occurrences import OccurrenceLine

register = template.Library()


@register.filter
def sentence(line: OccurrenceLine | Gap) -> str:
    """Return what a station reported, or what is missing of it, as a sentence."""
    return gettext(line.sentence) % line.figures
