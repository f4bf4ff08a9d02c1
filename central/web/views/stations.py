"""The stations at a glance: which room, when last heard of, what is in doubt; and clearing a doubt."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.evidence import Evidence
from central.store.models import Staff, Station
from central.web import clock
from central.web.sending import REFUSED
from central.web.views.times import times_of
from central.work import doubts
from central.work.stations import glance
from central.work.tool_rights import Right, Tool, may


def stations(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show every station in use; a posted form clears one of its doubts."""
    if request.method == "POST":
        station = get_object_or_404(Station, school=staff.school, code=request.POST.get("station", ""))
        try:
            doubts.clear(station, staff, request.POST.get("reason", ""), clock.now())
        except CentralError as error:
            messages.error(request, str(error))
            return _page(request, staff, status=REFUSED)
        messages.success(request, _("Cleared. What waited is judged within seconds."))
        return redirect("stations")
    return _page(request, staff)


def _page(request: HttpRequest, staff: Staff, status: int = 200) -> HttpResponse:
    now = clock.now()
    lines = glance(staff.school, now, Evidence(settings.CONFIG.evidence))
    page = {
        "now": now,
        "lines": lines,
        "has_occurrences": any(line.occurrences for line in lines),
        "has_aside": any(line.doubts or line.aside for line in lines),
        "may_clear": may(staff, Tool.STATIONS, Right.WRITE),
        "times_waiting": times_of(staff).count() if may(staff, Tool.TIMES, Right.READ) else 0,
    }
    return render(request, "web/stations.html", page, status=status)
