"""The calendar of a year, track by track, and a new calendar that is looked at before it counts."""

import base64
import binascii
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.domain.calendar import SchoolYear as Year
from central.domain.errors import DomainError
from central.domain.period import PeriodKind
from central.errors import CentralError
from central.exchange.calendar_ics import Teaching
from central.exchange.named_file import NamedFile
from central.law.periods import period_ends_on
from central.reports.year_calendar import of_year
from central.store.models import SchoolYear, Staff
from central.web import clock
from central.web.dates import written_date
from central.web.sending import REFUSED
from central.work.calendar_desk import Desk, look, take_in
from central.work.calendar_weeks import Week
from central.work.calendars import CalendarOutcome, CalendarWish
from central.work.tool_rights import Right, Tool, may

_LARGEST = 2_000_000
_PERIODS = (PeriodKind.P1, PeriodKind.P2)


def calendar(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show a year's calendar; a posted form is shown as what it would change, and then taken in."""
    if request.method == "POST":
        try:
            wish = _wish(request)
            desk = Desk(staff, clock.now())
            if request.POST.get("do") == "take-in":
                take_in(wish, desk)
                messages.success(request, _("The calendar is taken in."))
                return redirect(f"{reverse('calendar')}?year={wish.year.name}")
            return _page(request, staff, {"outcome": look(wish, desk), "wish": wish})
        except (CentralError, DomainError) as error:
            messages.error(request, str(error))
            return _page(request, staff, {}, status=REFUSED)
    return _page(request, staff, {})


def _wish(request: HttpRequest) -> CalendarWish:
    """Read the form; raises CentralError saying what is wrong with it."""
    form = request.POST
    days = _file(request, "days")
    is_ics = days is not None and days.name.casefold().endswith(".ics")
    decided_by = form.get("decided-by", "").strip()
    if not decided_by:
        raise CentralError(_("Say who decided on this calendar, like the board on its date."))
    left_out, put_back = _weeks(form.get("exclude-week", "")), _weeks(form.get("include-week", ""))
    bells = _file(request, "bells")
    if not (days or bells or left_out or put_back):
        raise CentralError(_("Name a calendar file, bell times, or a week."))
    return CalendarWish(
        year=Year(form.get("year", "").strip()),
        decided_by=decided_by,
        days=days,
        teaching=_teaching(request) if is_ics else None,
        passes_over_others=bool(form.get("pass-over-others")),
        months=_file(request, "months"),
        bells=bells,
        left_out=left_out,
        put_back=put_back,
    )


def _file(request: HttpRequest, name: str) -> NamedFile | None:
    """Return a file chosen now, or the one that was looked at a moment ago."""
    chosen = request.FILES.get(name)
    if chosen is not None:
        if chosen.size is None or chosen.size > _LARGEST:
            raise CentralError(_("The file is too large to be a calendar."))
        return NamedFile((chosen.name or name)[:200], chosen.read())
    kept = request.POST.get(f"{name}-kept", "")
    if not kept:
        return None
    try:
        return NamedFile(request.POST.get(f"{name}-name", name)[:200], base64.b64decode(kept, validate=True))
    except binascii.Error as error:
        raise CentralError(_("The file did not come whole; choose it again.")) from error


def _weeks(text: str) -> tuple[Week, ...]:
    """Read Mondays, each perhaps behind a track and a colon."""
    weeks = []
    for each in text.replace(",", " ").split():
        track, _colon, monday = each.rpartition(":")
        weeks.append(Week(track, _date(monday)))
    return tuple(weeks)


def _date(text: str) -> date:
    try:
        return written_date(text)
    except ValueError as error:
        raise CentralError(_("Write days like 2024-12-23.")) from error


def _teaching(request: HttpRequest) -> Teaching:
    form = request.POST
    tracks = tuple(dict.fromkeys(form.get("tracks", "").replace(",", " ").split()))
    if not (tracks and form.get("first-day") and form.get("last-day")):
        raise CentralError(_("An .ics file does not say whom it is for: name tracks, first and last day."))
    return Teaching(tracks, _date(form["first-day"]), _date(form["last-day"]))


def _page(
    request: HttpRequest, staff: Staff, looked: dict[str, CalendarOutcome | CalendarWish], status: int = 200
) -> HttpResponse:
    years = list(SchoolYear.objects.filter(school=staff.school).order_by("-name"))
    name = request.GET.get("year", "")
    year = next((each for each in years if name in {"", each.name}), None)
    if name and year is None:
        raise Http404
    wish = looked.get("wish")
    page = {
        **looked,
        "years": years,
        "year": year,
        "tracks": of_year(year) if year else [],
        "ends": [(kind.value, period_ends_on(kind, Year(year.name))) for kind in _PERIODS] if year else [],
        "may_change": may(staff, Tool.CALENDAR, Right.WRITE),
        "form": request.POST,
        "decided_by": request.POST.get("decided-by", ""),
        "kept": _kept(wish) if isinstance(wish, CalendarWish) else [],
    }
    return render(request, "web/calendar.html", page, status=status)


def _kept(wish: CalendarWish) -> list[tuple[str, str, str]]:
    """Return the files of a calendar that is looked at, so that the same bytes can be taken in."""
    files = {"days": wish.days, "bells": wish.bells, "months": wish.months}
    return [(name, file.name, base64.b64encode(file.data).decode()) for name, file in files.items() if file]
