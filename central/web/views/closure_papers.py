"""What the page of closures hands out and works out: data sheets, a request's effect, the days to ask for."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestKind
from central.domain.period import PERIODS
from central.errors import CentralError
from central.reports import j13a_prefill, j13a_sheets, request_effect
from central.reports.board_papers import FORMS
from central.reports.j13a_prefill import Asked
from central.reports.j13a_sheets import Wanted
from central.reports.request_effect import Effect
from central.store.models import SchoolYear
from central.web import clock
from central.web.dates import date_in
from central.web.downloads import attachment
from central.web.views.emergency_return import MEDIA


def sheets(request: HttpRequest, year: SchoolYear, effect: Effect | None) -> HttpResponse | None:
    """Return a request's data sheets as the file an address asks for; None where it asks for none."""
    form, code = request.GET.get("form", ""), request.GET.get("request", "")
    if form not in FORMS:
        return None
    try:
        made = j13a_sheets.papers(Wanted(year, code, effect), clock.now())
    except CentralError as error:
        raise Http404 from error
    return attachment(made.written(form), f"j13a_{year.name}_{_plain(code)}.{form}", MEDIA[form])


def effect_asked(request: HttpRequest, year: SchoolYear) -> Effect | None:
    """Return what a request does to the period an address names; None where it names none.

    Why it cannot be worked out is told on the page.
    """
    kind, code = PERIODS.get(request.GET.get("period", "")), request.GET.get("request", "")
    if kind is None or not code:
        return None
    last = min(clock.today(year.school), Year(year.name).ends_on)
    try:
        return request_effect.effect(
            year, code, kind, date_in(request.GET.get("as-of", ""), last), clock.now()
        )
    except CentralError as error:
        messages.error(request, str(error))
        return None


def prefilled(request: HttpRequest, year: SchoolYear) -> str:
    """Return the days the records would ask for, as the form takes them; nothing where none was asked."""
    kind = request.GET.get("prefill", "")
    if kind not in set(RequestKind):
        return ""
    span = Year(year.name)
    since = date_in(request.GET.get("since", ""), span.starts_on)
    until = date_in(request.GET.get("until", ""), _end(year, span))
    try:
        asked = Asked(RequestKind(kind), since, until, bool(request.GET.get("declared")))
        return j13a_prefill.as_csv(asked.kind, j13a_prefill.days(year, asked)).replace("\r\n", "\n").strip()
    except CentralError as error:
        messages.error(request, str(error))
        return ""


def _end(year: SchoolYear, span: Year) -> date:
    return min(clock.today(year.school), span.ends_on)


def _plain(code: str) -> str:
    """Return a code as part of a file's name."""
    return "".join(letter if letter.isalnum() else "-" for letter in code)
