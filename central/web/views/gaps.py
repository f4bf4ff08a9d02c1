"""The register of gaps of one day: where evidence is missing or doubted, and how people explain it."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.models import Staff
from central.web import clock
from central.web.access import rooms_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED
from central.work import gaps as registry
from central.work.gaps import Gap
from central.work.journal_signs import Sources
from central.work.tool_rights import Right, Tool, may


def gaps(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show a day's gaps; a posted form explains one."""
    today = clock.today(staff.school)
    on = date_in(request.GET.get("on", ""), today)
    if request.method == "POST":
        try:
            _explain(request, staff)
        except CentralError as error:
            messages.error(request, str(error))
            return _page(request, staff, on, status=REFUSED)
        messages.success(request, _("The explanation is kept beside the gap."))
        return redirect(f"{reverse('gaps')}?on={on}")
    return _page(request, staff, on)


def _explain(request: HttpRequest, staff: Staff) -> None:
    """Carry out the form; raises CentralError with nothing written."""
    now = clock.now()
    gap = registry.find(staff.school, request.POST.get("gap", ""), Sources.of(settings.CONFIG), now)
    if not _concerning(staff, [gap]):
        raise PermissionDenied
    registry.explain(gap, staff, request.POST.get("reason", ""), now)


def _concerning(staff: Staff, known: list[Gap]) -> list[Gap]:
    """Return the gaps of a teacher's own rooms, and all of them for everybody else."""
    rooms = rooms_seen_by(staff, clock.today(staff.school))
    return [gap for gap in known if rooms is None or gap.station.room_id in rooms]


def _page(request: HttpRequest, staff: Staff, on: date, status: int = 200) -> HttpResponse:
    known = registry.register(staff.school, on, on, Sources.of(settings.CONFIG), clock.now())
    page = {
        "on": on,
        "is_today": on == clock.today(staff.school),
        "before": on - timedelta(1),
        "after": on + timedelta(1),
        "gaps": _concerning(staff, known),
        "may_explain": may(staff, Tool.GAPS, Right.WRITE),
        "named": request.POST.get("gap", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "web/gaps.html", page, status=status)
