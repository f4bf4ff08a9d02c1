"""Who asks, and which classes and rooms concern them."""

from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from central.store.models import Section, Staff, Student

_SEES_ALL = {Staff.Role.CLERK, Staff.Role.LEADER, Staff.Role.ADMIN, Staff.Role.AUDITOR}


def staff_of(request: HttpRequest) -> Staff | None:
    """Return the member of staff who signed in, if the login belongs to one."""
    if not isinstance(request.user, User):
        return None
    # The guard, the page and its frame all ask; the records are asked once.
    known = request.__dict__.setdefault("staff_known", {})
    if request.user.pk not in known:
        known[request.user.pk] = Staff.objects.filter(user=request.user).select_related("school").first()
    found: Staff | None = known[request.user.pk]
    return found


def student_of(request: HttpRequest) -> Student | None:
    """Return the student who signed in, if the login belongs to one."""
    if not isinstance(request.user, User):
        return None
    return Student.objects.filter(user=request.user).select_related("school").first()


def sections_seen_by(staff: Staff, on: date) -> QuerySet[Section]:
    """Return the sections in their time on a date that a member of staff may look into."""
    sections = Section.objects.filter(school=staff.school, since__lte=on, until__gte=on)
    if staff.role in _SEES_ALL:
        return sections
    mine = Q(assignments__staff=staff, assignments__since__lte=on)
    ongoing = Q(assignments__until__isnull=True) | Q(assignments__until__gte=on)
    return sections.filter(mine & ongoing).distinct()


def rooms_seen_by(staff: Staff, on: date) -> set[int] | None:
    """Return the rooms whose stations concern a member of staff on a date; None where all of them do."""
    if staff.role != Staff.Role.TEACHER:
        return None
    rooms = sections_seen_by(staff, on).exclude(room=None)
    return set(rooms.values_list("room", flat=True))


def is_bound_to_classes(staff: Staff) -> bool:
    """Tell whether somebody sees no more than the own classes."""
    return staff.role not in _SEES_ALL


def students_seen_by(staff: Staff, on: date) -> QuerySet[Student]:
    """Return the students placed on a date in the sections a member of staff may look into."""
    placed = Student.objects.filter(
        placements__section__in=sections_seen_by(staff, on), placements__since__lte=on
    )
    return placed.exclude(placements__until__lt=on).distinct()


def may_see(staff: Staff, student: Student, on: date) -> bool:
    """Tell whether a member of staff may look at a student on a date: everybody's, or of the own classes."""
    return not is_bound_to_classes(staff) or student in students_seen_by(staff, on)


def student_of_school(staff: Staff, number: str) -> Student:
    """Return the school's student of a number, as programs' pages name one; any other is a wrong address."""
    return get_object_or_404(Student.objects.select_related("school"), school=staff.school, number=number)
