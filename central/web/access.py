"""Who may see what: every page but sign-in belongs to a member of staff, a session to those concerned."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from central.store.models import Section, Staff

_P = ParamSpec("_P")
_SEES_ALL = {Staff.Role.CLERK, Staff.Role.LEADER, Staff.Role.ADMIN, Staff.Role.AUDITOR}
_READS_REPORTS = _SEES_ALL
_READS_TIMES = _SEES_ALL | {Staff.Role.TEACHER}
_READS_STATIONS = _SEES_ALL | {Staff.Role.TEACHER, Staff.Role.IT}


def staff_of(request: HttpRequest) -> Staff | None:
    """Return the member of staff who signed in, if the login belongs to one."""
    if not isinstance(request.user, User):
        return None
    return Staff.objects.filter(user=request.user).select_related("school").first()


def staff_page(
    view: Callable[Concatenate[HttpRequest, Staff, _P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _P], HttpResponse]:
    """Let only members of staff in, and hand the view who it is."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        staff = staff_of(request)
        if staff is None:
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    return guarded


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


def menu(staff: Staff) -> set[str]:
    """Return the pages a member of staff may open: no link leads to a refusal."""
    may = {"today"}
    if staff.role in _READS_STATIONS:
        may |= {"stations", "gaps"}
    if staff.role in _READS_TIMES:
        may.add("times")
    if staff.role in _READS_REPORTS:
        may.add("reports")
    return may


def require(staff: Staff, page: str) -> None:
    """Raise PermissionDenied unless the page is on the menu of the member of staff."""
    if page not in menu(staff):
        raise PermissionDenied
