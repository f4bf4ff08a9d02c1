"""Where somebody lands who signs in: each role begins with its own work."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from central.store.models import Staff
from central.web.access import staff_of, student_of

_BEGINS_WITH = {
    Staff.Role.TEACHER: "today",
    Staff.Role.PARAEDUCATOR: "today",
    Staff.Role.CLERK: "exceptions",
    Staff.Role.LEADER: "desk",
    Staff.Role.IT: "stations",
    Staff.Role.ADMIN: "reports",
    Staff.Role.AUDITOR: "audit",
}


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead a student to the own record and a member of staff to the work of the role."""
    if staff := staff_of(request):
        return redirect(_BEGINS_WITH[Staff.Role(staff.role)])
    if student_of(request):
        return redirect("own")
    raise PermissionDenied(_("This login belongs to nobody at the school."))
