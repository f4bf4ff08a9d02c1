"""The stations by need: what is wrong with which, what to do, and clearing a doubt."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.evidence import Evidence
from central.store.models import Staff, Station, StationCertificate, StationDoubt
from central.web import clock
from central.web.sending import REFUSED
from central.web.views.times import times_of
from central.work import doubts
from central.work.doubts import Aside
from central.work.fleet_alerts import Raised, need, raised
from central.work.fleet_facts import Facts, gather
from central.work.stations import newest_certificates, open_doubts
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One station of the list: what is known of it, and what is wrong."""

    facts: Facts
    alerts: list[Raised]
    certificate: StationCertificate | None
    doubts: list[StationDoubt]
    aside: list[Aside]
    doubted_taps: int

    @property
    def first(self) -> Raised | None:
        """Return the gravest of what nobody silenced."""
        return next((each for each in self.alerts if each.is_open), None)

    @property
    def more(self) -> int:
        """Return how many alerts there are beside it."""
        return len(self.alerts) - (self.first is not None)


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
    lines = _lines(staff, Evidence(settings.CONFIG.evidence_at))
    wanted, only = request.GET.get("search", "").strip(), request.GET.get("show", "")
    shown = [line for line in lines if _is_asked(line, wanted.lower(), only)]
    page = {
        "now": now,
        "page": Paginator(shown, _PAGE).get_page(request.GET.get("page")),
        "lines": lines,
        "search": wanted,
        "show": only,
        "urgent": sum(any(each.is_urgent for each in line.alerts) for line in lines),
        "needy": sum(line.first is not None for line in lines),
        "has_aside": any(line.doubts or line.aside for line in lines),
        "may_clear": may(staff, Tool.STATIONS, Right.WRITE),
        "may_look": may(staff, Tool.FLEET, Right.READ),
        "times_waiting": times_of(staff).count() if may(staff, Tool.TIMES, Right.READ) else 0,
    }
    return render(request, "web/stations.html", page, status=status)


def _lines(staff: Staff, evidence: Evidence) -> list[Line]:
    """Return the stations, those first that need somebody most."""
    facts = gather(staff.school, clock.now(), evidence)
    is_doubted = any(each.is_doubted for each in facts)
    doubted = open_doubts(staff.school) if is_doubted else {}
    waiting = doubts.waiting() if is_doubted else {}
    aside, certificates = doubts.aside(evidence), newest_certificates(staff.school)
    lines = [
        Line(
            facts=each,
            alerts=raised(each),
            certificate=certificates.get(each.station.code),
            doubts=doubted.get(each.station.code, []),
            aside=aside.get(each.station.code, []),
            doubted_taps=waiting.get(each.station.code, 0),
        )
        for each in facts
    ]
    return sorted(lines, key=lambda line: (need(line.alerts), line.facts.station.room.name))


def _is_asked(line: Line, wanted: str, only: str) -> bool:
    station = line.facts.station
    if wanted and wanted not in station.code.lower() and wanted not in station.room.name.lower():
        return False
    if only == "urgent":
        return any(each.is_urgent for each in line.alerts)
    return only != "needy" or line.first is not None
