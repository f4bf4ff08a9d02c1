"""What the program says, on a page."""

from django import template

from central.web import said as sentences

register = template.Library()
register.filter("said", sentences.said)
