"""The walk down from a number: its lines, their months, the student-days of a month."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from central.domain.errors import DomainError
from central.errors import CentralError
from central.reports import walk
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.rounding import total
from central.store.models import Staff
from central.web import clock
from central.web.views.reports import Asked, asked_for

_A_PAGE = 50


def proof(request: HttpRequest, staff: Staff, year: str, kind: str) -> HttpResponse:
    """Show what a number is made of; the address says which number, and how far down."""
    asked = asked_for(request, staff, year, kind)
    if asked.kind.period is None:
        raise Http404
    page: dict[str, object] = {"asked": asked}
    try:
        ground = ground_of(asked.year, asked.kind.period, asked.as_of, clock.now())
    except (CentralError, DomainError) as error:
        page["problem"] = str(error)
        return render(request, "web/proof.html", page)
    rows = walk.cells(ground)
    page["rows"], page["total"] = rows, total(row.ada for row in rows)
    named = request.GET.get("track"), request.GET.get("span"), request.GET.get("modality", "classroom")
    if any(named[:2]):
        cell = walk.name_among(rows, *(text or "" for text in named))
        if cell is None:
            raise Http404
        page["cell"] = next(row for row in rows if walk.CellName.of(row) == cell)
        page["months"] = walk.months(ground, cell)
        page["here"] = address(asked, cell)
        page |= _month(request, ground, cell)
    return render(request, "web/proof.html", page)


def address(asked: Asked, cell: walk.CellName) -> str:
    """Return the address of a number's proof."""
    named = {
        "as-of": asked.as_of.isoformat(),
        "track": cell.track,
        "span": cell.span.value,
        "modality": cell.modality.value,
    }
    return f"{reverse('proof', args=[asked.year.name, asked.kind.word])}?{urlencode(named)}"


def _month(request: HttpRequest, ground: Ground, cell: walk.CellName) -> dict[str, object]:
    """Return a page of the student-days of the month the address names, if it names one."""
    text = request.GET.get("month", "")
    if not text:
        return {}
    if not (text.isascii() and text.isdigit()):
        raise Http404
    days = walk.student_days(ground, cell, int(text))
    if student := request.GET.get("student", "").strip():
        days = tuple(day for day in days if day.student == student)
    rest = request.GET.copy()
    rest.pop("page", None)
    return {
        "month": int(text),
        "student": student,
        "lines": Paginator(days, _A_PAGE).get_page(request.GET.get("page")),
        "address": rest.urlencode(),
    }
