"""Which school year and which day of it a page is asked about."""

from datetime import date

from django.http import Http404, HttpRequest

from central.domain.calendar import SchoolYear as Year
from central.store.models import School, SchoolYear
from central.web.dates import date_in


def year_asked(request: HttpRequest, school: School, today: date) -> SchoolYear | None:
    """Return the school year an address names, else that of a day, else the newest; None without any."""
    held = list(SchoolYear.objects.filter(school=school).select_related("school").order_by("-name"))
    if named := request.GET.get("year", ""):
        found = next((year for year in held if year.name == named), None)
        if found is None:
            raise Http404
        return found
    now = Year.of(today).name
    return next((year for year in held if year.name == now), held[0] if held else None)


def day_asked(request: HttpRequest, year: SchoolYear, today: date) -> date:
    """Return the day an address names, else today, but not after the end of the year."""
    return date_in(request.GET.get("as-of", ""), min(today, Year(year.name).ends_on))
