"""Published: who looked at what names a student: the access log of one pupil."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from central.domain.local_day import end_of, start_of
from central.store.models import Placement, Student, Viewing


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when, by whom (the number of an employee, or of the student), on which page, at what."""

    at: datetime
    by: str
    page: str
    at_what: str
    """The student, a class with its day, or a list of the school."""


def viewings_of(student: Student, since: date | None = None, until: date | None = None) -> list[Look]:
    """Return the looks at a student in some days of the school, both included, newest first.

    Among them are looks at a class on a day the student was placed in it, and at lists of the school.
    """
    named = Q(student=student) | _in_class(student) | _on_a_list(student)
    rows = Viewing.objects.filter(named, *_between(student, since, until))
    rows = rows.select_related("by", "by_student", "section").order_by("-at", "-pk")
    return [Look(row.at, _who(row), row.page, _what(row)) for row in rows]


def _in_class(student: Student) -> Q:
    found = Q(pk=None)
    for placement in Placement.objects.filter(student=student):
        days = Q(on=None) | Q(on__gte=placement.since)
        if placement.until is not None:
            days &= Q(on=None) | Q(on__lte=placement.until)
        found |= Q(days, section=placement.section_id)
    return found


def _on_a_list(student: Student) -> Q:
    return Q(student=None, section=None, by__school=student.school_id)


def _between(student: Student, since: date | None, until: date | None) -> list[Q]:
    zone = ZoneInfo(student.school.time_zone)
    bounds = []
    if since is not None:
        bounds.append(Q(at__gte=start_of(since, zone)))
    if until is not None:
        bounds.append(Q(at__lt=end_of(until, zone)))
    return bounds


def _who(row: Viewing) -> str:
    if row.by is not None:
        return f"employee {row.by.number}"
    return f"student {row.by_student.number}" if row.by_student else ""


def _what(row: Viewing) -> str:
    if row.student_id is not None:
        return "the student"
    if row.section is None:
        return "a list of the school"
    return f"class {row.section.code} on {row.on}" if row.on else f"class {row.section.code}"
