"""The header of a student's pages: who it is, and the other tools of the same student."""

from datetime import date
from typing import Final

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from central.store.models import Enrollment, Staff, Student
from central.web import clock, pages

register = template.Library()
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


def _may_open(name: str, staff: Staff) -> bool:
    return any(page.name == name and page.may_open(staff) for page in pages.STAFF)


def _grade(student: Student, on: date) -> str:
    """Return the grade of the enrollment that holds, or of the last one; single figures get a zero."""
    held = Enrollment.objects.filter(student=student, since__lte=on).order_by("-since").first()
    held = held or Enrollment.objects.filter(student=student).order_by("since").first()
    if held is None:
        return ""
    return held.grade.zfill(2) if held.grade.isdigit() else held.grade
