"""Links to what other pages show of a student: those there are, and that the reader may open."""

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from central.store.models import Staff, Student
from central.web import pages
from central.web.pages.page import StrOrPromise

register = template.Library()
_ABOUT_A_STUDENT: tuple[tuple[str, StrOrPromise], ...] = (
    ("student-history", _("Attendance history")),
    ("recovery", _("Attendance recovery")),
    ("eligibility", _("Eligibility")),
    ("study", _("Independent study")),
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A link to a page about the same student."""

    title: StrOrPromise
    address: str


@register.simple_tag
def neighbours(staff: Staff, student: Student) -> list[Neighbour]:
    """Return the links, in the order people ask for them."""
    open_to = {page.name for page in pages.STAFF if page.may_open(staff)}
    found = []
    for name, title in _ABOUT_A_STUDENT:
        if name in open_to and (address := _address(name, student.number)):
            found.append(Neighbour(title, address))
    return found


def _address(name: str, number: str) -> str:
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:
        # A page about everybody, which has no place of this student's.
        return ""
