"""What a page is: its address, its view, who may open it and where it stands in the menu."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.store.models import Staff
from central.web.access import staff_of, student_of
from central.work.tool_rights import RIGHTS, Right, Tool, may

StrOrPromise = str | Promise
"""A text, or one that is put into the reader's language when it is shown."""
_READING = ("GET", "HEAD")


class Group(Enum):
    """The parts of the menu, in their order."""

    DAY = gettext_lazy("Day")
    STUDENTS = gettext_lazy("Students")
    PROGRAMMES = gettext_lazy("Programs")
    SCHOOL = gettext_lazy("School")
    REPORTS = gettext_lazy("Reports")
    STATIONS = gettext_lazy("Stations")
    OFFICE = gettext_lazy("Office")


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A page of the staff; its view is handed who asks.

    `tool` is None where every member of staff may read it. `posts` is the least right a form sent to
    it needs, None where it takes no form; what a form does asks for its own right once more. A page
    with a `group` stands in the menu; any other names the page it is `under`.
    """

    name: str
    route: str
    view: Callable[..., HttpResponse]
    tool: Tool | None = None
    posts: Right | None = None
    title: StrOrPromise = ""
    group: Group | None = None
    under: str = ""

    def may_open(self, staff: Staff) -> bool:
        """Tell whether somebody may read the page."""
        return self.tool is None or may(staff, self.tool, Right.READ)

    def may_send(self, staff: Staff) -> bool:
        """Tell whether somebody may send it a form."""
        if self.posts is None or not self.may_open(staff):
            return False
        return self.tool is None or may(staff, self.tool, self.posts)

    def pattern(self) -> URLPattern:
        """Return the address with its guard in front."""

        @login_required
        @wraps(self.view)
        def guarded(request: HttpRequest, /, **kwargs: object) -> HttpResponse:
            staff = staff_of(request)
            if staff is None:
                raise PermissionDenied(_("This page belongs to the staff of the school."))
            is_reading = request.method in _READING
            if not is_reading and (self.posts is None or request.method != "POST"):
                return HttpResponseNotAllowed([*_READING, *(["POST"] if self.posts else [])])
            if not (self.may_open(staff) if is_reading else self.may_send(staff)):
                raise PermissionDenied(self._refusal(staff, Right.READ if is_reading else self.posts))
            return self.view(request, staff, **kwargs)

        return path(self.route, guarded, name=self.name)

    def _refusal(self, staff: Staff, right: Right | None) -> str:
        """Say in the reader's language why somebody may not, and whom to ask."""
        if self.tool is None or right is None:
            return ""
        holders = ", ".join(sorted(_(role.label) for role in RIGHTS[self.tool][right])) or _("nobody")
        said = _(
            "You are signed in as %(role)s, who may not do this here (%(tool)s: %(right)s). Ask: %(who)s."
        )
        role = _(staff.get_role_display())
        return said % {"role": role, "tool": _(self.tool), "right": _(right), "who": holders}


@dataclass(frozen=True, slots=True)
class StudentPage:
    """A page of a student about the student alone; its view is handed who asks."""

    name: str
    route: str
    view: Callable[..., HttpResponse]
    takes_forms: bool = False
    title: StrOrPromise = ""

    def pattern(self) -> URLPattern:
        """Return the address with its guard in front."""

        @login_required
        @wraps(self.view)
        def guarded(request: HttpRequest, /, **kwargs: object) -> HttpResponse:
            student = student_of(request)
            if student is None:
                raise PermissionDenied(_("This page belongs to students."))
            if request.method not in _READING and not (self.takes_forms and request.method == "POST"):
                return HttpResponseNotAllowed([*_READING, *(["POST"] if self.takes_forms else [])])
            return self.view(request, student, **kwargs)

        return path(self.route, guarded, name=self.name)
