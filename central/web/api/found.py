"""What an operation finds before it acts: the rows an address names, and who acts on them."""

from datetime import date
from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from central.domain.calendar import SchoolYear as Year
from central.store.models import SchoolYear, Section, Student
from central.web import clock
from central.web.access import sections_seen_by, student_of_school
from central.web.api.caller import Asked
from central.web.api.shapes import number_of
from central.work.recovery_act import Act
from central.work.viewings import Seen, note

Row = TypeVar("Row", bound=Model)
_NO_YEAR: Final = "there is no such school year; GET /api/v1/reports lists them"
_NO_CLASS: Final = "none of your classes has that code on that day; GET /api/v1/classes lists them"


def row(rows: "QuerySet[Row]", identity: str) -> Row:
    """Return the row of an id among those somebody may ask for; any other is a wrong address."""
    return get_object_or_404(rows, pk=number_of(identity))


def student(request: Asked, number: str, page: str) -> Student:
    """Return a student of the school, and note that somebody looked."""
    found = student_of_school(request.auth.staff, number)
    note(request.auth.staff, Seen(page, student=found), clock.now())
    return found


def section(request: Asked, code: str, on: date) -> Section:
    """Return a class somebody may look into on a day."""
    rows = sections_seen_by(request.auth.staff, on).select_related("school", "room", "track")
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404(_NO_CLASS)
    return found


def year(request: Asked, name: str) -> SchoolYear:
    """Return the school year of a name."""
    rows = SchoolYear.objects.filter(school=request.auth.staff.school).select_related("school")
    found = rows.filter(name=name).first()
    if found is None:
        raise Http404(_NO_YEAR)
    return found


def day_of(of: SchoolYear, as_of: date | None) -> date:
    """Return the day asked about, today where none is, and never one after the end of the year."""
    last = Year(of.name).ends_on
    return min(as_of or clock.today(of.school), last)


def act(request: Asked, reason: str = "") -> Act:
    """Return who acts now, and why."""
    return Act(request.auth.staff, clock.now(), reason)


def named(of: SchoolYear) -> Year:
    """Return a school year as the law knows it."""
    return Year(of.name)
