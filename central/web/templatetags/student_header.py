"""The header of a student's pages: who it is, and the other tools of the same student."""

import re
from datetime import date
from typing import Final

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from central.store.models import Enrollment, Staff, Student
from central.web import clock, pages

register = template.Library()
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_CLOCK: Final = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)\b")
_NOON: Final = 12
_TOOLS: Final = (
    ("student", _("Student")),
    ("student-history", _("Attendance history")),
    ("recovery", _("Attendance Recovery")),
    ("recovery-services", _("Program Services")),
    ("recovery-ledger", _("Recovery ledger")),
    ("study", _("Independent Study")),
    ("eligibility", _("Eligibility")),
)


@register.inclusion_tag("web/student_header.html", takes_context=True)
def student_header(context: Context, student: Student) -> dict[str, object]:
    """Show name, number, grade and birth date of a student, and links to what else may be opened."""
    staff, here = context.get("staff"), context["request"].resolver_match.url_name
    return {
        "student": student,
        "grade": _grade(student, clock.today(student.school)),
        "tools": [
            (title, reverse(name, args=[student.number]), name == here)
            for name, title in _TOOLS
            if isinstance(staff, Staff) and _may_open(name, staff)
        ],
    }


@register.filter
def us_dates(text: object) -> str:
    """Write dates and times in a sentence of the program as the screens do: 11/04/2025, 3:30 PM."""
    return _CLOCK.sub(_on_the_wall, _ISO.sub(r"\2/\3/\1", str(text)))


def _on_the_wall(found: re.Match[str]) -> str:
    hour, half = int(found[1]), "AM" if int(found[1]) < _NOON else "PM"
    return f"{hour % _NOON or _NOON}:{found[2]} {half}"


def _may_open(name: str, staff: Staff) -> bool:
    return any(page.name == name and page.may_open(staff) for page in pages.STAFF)


def _grade(student: Student, on: date) -> str:
    """Return the grade of the enrollment that holds, or of the last one; single figures get a zero."""
    held = Enrollment.objects.filter(student=student, since__lte=on).order_by("-since").first()
    held = held or Enrollment.objects.filter(student=student).order_by("since").first()
    if held is None:
        return ""
    return held.grade.zfill(2) if held.grade.isdigit() else held.grade
