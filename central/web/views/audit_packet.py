"""The audit packets of the school: make one, see those made, and take one away."""

from typing import cast

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.reports.packet import shelf
from central.reports.packet.packet import MOST_SAMPLED, Wish
from central.store.models import AttendanceRecord, SchoolYear, Staff
from central.web import clock
from central.web.sending import REFUSED, date_of, number_of, send

_A_PAGE = 50
_ZIP = "application/zip"
_SEEDS, _MONTHS, _USUAL_SAMPLE = 2**31 - 1, 15, 25


def audit_packet(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the packets that were made; a posted form makes one."""
    status, typed = 200, ""
    if request.method == "POST":
        wished: list[tuple[SchoolYear, Wish]] = []
        if send(request, lambda: _make(request, staff, wished), _("The packet is made and proven.")):
            return redirect("audit-packet")
        status = REFUSED
        typed = "".join(shelf.command(year, wish, staff) for year, wish in wished)
    years = list(SchoolYear.objects.filter(school=staff.school).order_by("-name"))
    named = request.POST.get("year") or (years[0].name if years else "")
    records = AttendanceRecord.objects.filter(section__school_year__name=named, school=staff.school).count()
    lines = Paginator(shelf.made(settings.CONFIG, staff.school), _A_PAGE)
    page = {
        "years": years,
        "year": named,
        "as_of": request.POST.get("as-of") or clock.today(staff.school).isoformat(),
        "size": request.POST.get("size") or _USUAL_SAMPLE,
        "form": request.POST,
        "records": records,
        "is_large": records > shelf.MOST_AT_ONCE,
        "typed": typed or f"rollbook-central packet --year {named} --as-of … --out …",
        "lines": lines.get_page(request.GET.get("page")),
        "address": "",
    }
    return render(request, "web/audit_packet.html", page, status=status)


def packet_file(request: HttpRequest, staff: Staff, digest: str) -> HttpResponse:
    """Hand out a packet as it was made; who takes it is noted."""
    del request
    path = shelf.take(settings.CONFIG, staff.school, digest, staff, clock.now())
    if path is None:
        raise Http404
    # Streamed: a large school's packet is larger than a page should hold at once.
    found = FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=_ZIP)
    found["Cache-Control"] = "no-store"
    return cast("HttpResponse", found)


def _make(request: HttpRequest, staff: Staff, wished: list[tuple[SchoolYear, Wish]]) -> None:
    """Carry out the form and tell what was wished; raises CentralError with nothing written."""
    form = request.POST
    year = SchoolYear.objects.filter(school=staff.school, name=form.get("year", "")).first()
    if year is None:
        raise CentralError(_("Choose a school year."))
    month = number_of(form, "month", _MONTHS) if form.get("month") else None
    size, seed = number_of(form, "size", MOST_SAMPLED), number_of(form, "seed", _SEEDS)
    wished.append((year, Wish(date_of(form, "as-of"), size, seed, month)))
    shelf.make(settings.CONFIG, *wished[0], staff, clock.now())
