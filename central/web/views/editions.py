"""The closed editions of a period's report side by side, with what each changed and who closed it."""

from collections.abc import Sequence
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from central.reports.editions import ClosedEdition
from central.reports.editions import editions as editions_of
from central.store.models import Staff
from central.web.views.reports import asked_for

_Value = tuple[ClosedEdition, Decimal, Decimal]
"""An edition, what it says of a cell, and how much more that is than the edition before said."""


def editions(request: HttpRequest, staff: Staff, year: str, kind: str) -> HttpResponse:
    """Show what was filed, cell by cell."""
    asked = asked_for(request, staff, year, kind)
    if asked.kind.period is None:
        raise Http404
    found = editions_of(asked.year, asked.kind.period)
    page = {
        "asked": asked,
        "editions": found,
        "lines": _lines(found),
        "downloads": ["editions.csv", "editions.json", "editions.txt"],
    }
    return render(request, "web/editions.html", page)


def _lines(found: Sequence[ClosedEdition]) -> list[tuple[str, list[_Value]]]:
    """Return a line for each cell: in each edition its value and what it was changed by."""
    nothing = Decimal("0.00")
    lines = []
    for name in dict.fromkeys(name for edition in found for name in edition.cells):
        values = []
        for edition in found:
            changed = {change.cell: change.difference for change in edition.changes}
            values.append((edition, edition.cells.get(name, nothing), changed.get(name, nothing)))
        lines.append((name, values))
    return lines
