"""The reports page: P-1, P-2 and Annual of a year as of a day, with their proof to take away."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from central.errors import CentralError
from central.reports import render_csv, render_json
from central.reports.periods import KINDS, period_report
from central.store.models import SchoolYear, Staff
from central.web import clock
from central.web.dates import date_in

_DOWNLOADS = {
    "proof.csv": (render_csv.render_proof, "text/csv; charset=utf-8"),
    "report.csv": (render_csv.render, "text/csv; charset=utf-8"),
    "report.json": (render_json.render, "application/json"),
}


def reports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the years and the reports of each."""
    years = SchoolYear.objects.filter(school=staff.school).order_by("-name")
    page = {"here": "reports", "years": years, "kinds": KINDS, "today": clock.today(staff.school)}
    return render(request, "web/reports.html", page)


def report(request: HttpRequest, staff: Staff, year: str, kind: str) -> HttpResponse:
    """Show one report; the address says as of which day, today when it says nothing."""
    found, as_of = _asked(request, staff, year, kind)
    page = {"here": "reports", "kind": kind, "year": found, "as_of": as_of, "downloads": list(_DOWNLOADS)}
    try:
        page["report"] = period_report(found, KINDS[kind], as_of, clock.now())
    except CentralError as error:
        page["problem"] = str(error)
    return render(request, "web/report.html", page)


def download(request: HttpRequest, staff: Staff, year: str, kind: str, name: str) -> HttpResponse:
    """Hand out a report or its proof sheet as a file."""
    found, as_of = _asked(request, staff, year, kind)
    if name not in _DOWNLOADS:
        raise Http404
    form, media_type = _DOWNLOADS[name]
    try:
        text = form(period_report(found, KINDS[kind], as_of, clock.now()))
    except CentralError as error:
        raise Http404(str(error)) from error
    file = f"{kind}_{year}_as-of_{as_of}_{name}"
    return HttpResponse(
        text,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"},
    )


def _asked(request: HttpRequest, staff: Staff, year: str, kind: str) -> tuple[SchoolYear, date]:
    """Return the year and the as-of day an address names."""
    if kind not in KINDS:
        raise Http404
    found = get_object_or_404(SchoolYear, school=staff.school, name=year)
    return found, date_in(request.GET.get("as-of", ""), clock.today(staff.school))
