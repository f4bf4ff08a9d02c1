"""The stations at a glance: which room, when last heard of, how many taps today."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.store.evidence import Evidence
from central.store.models import Staff
from central.web import clock
from central.web.access import require, staff_page
from central.work.stations import glance


@staff_page
def stations(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show every station in use."""
    require(staff, "stations")
    now = clock.now()
    lines = glance(staff.school, now, Evidence(settings.CONFIG.evidence))
    page = {
        "here": "stations",
        "now": now,
        "lines": lines,
        "has_occurrences": any(line.occurrences for line in lines),
    }
    return render(request, "web/stations.html", page)
