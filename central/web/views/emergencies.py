"""The emergencies of a year, and one of them: its days, its announcements and what it owes by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.domain.emergency import Channel, DutyKind, Language
from central.errors import CentralError
from central.store.models import Emergency, SchoolYear, Staff, Track
from central.store.queries.emergencies import (
    ClosedDay,
    End,
    announcements_of,
    closed_for,
    duties_of,
    end_of,
    is_extended,
    is_withdrawn,
    tracks_of,
)
from central.web import clock
from central.web.dates import written_instant
from central.web.sending import REFUSED, date_of, send
from central.web.years import year_asked
from central.work import announcements, emergencies, emergency_days, emergency_learning
from central.work.announcements import Sent, Wording
from central.work.emergencies import Declared
from central.work.recovery_act import Act
from central.work.tool_rights import Right, Tool, may

_MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class Line:
    """One emergency of the list."""

    emergency: Emergency
    end: End
    is_withdrawn: bool


def emergency_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List a year's emergencies, newest first; a posted form documents one."""
    year = year_asked(request, staff.school, clock.today(staff.school))
    status = 200
    if request.method == "POST":
        if year is None:
            raise Http404
        form = request.POST
        said = _("It is documented. Close its days, and announce it.")
        if send(request, lambda: _declare(form, year, staff), said):
            return redirect("emergency", year.name, form.get("code", "").strip())
        status = REFUSED
    rows = Emergency.objects.filter(school_year=year).select_related("by").prefetch_related("steps")
    page = {
        "year": year,
        "years": SchoolYear.objects.filter(school=staff.school).order_by("-name"),
        "lines": [Line(row, end_of(row), is_withdrawn(row)) for row in rows.order_by("-first_day", "-pk")],
        "causes": Emergency.Cause.choices,
        "scopes": Emergency.Scope.choices,
        "tracks": Track.objects.filter(school_year=year).order_by("code"),
        "may_add": may(staff, Tool.EMERGENCIES, Right.ADD),
        "today": clock.today(staff.school),
        "form": request.POST,
        "chosen": request.POST.getlist("track"),
        "first_day": request.POST.get("first-day", ""),
    }
    return render(request, "web/emergencies.html", page, status=status)


def emergency(request: HttpRequest, staff: Staff, year: str, emergency: str) -> HttpResponse:
    """Show one emergency; a posted form says when it ends, closes days, announces, or proves a duty."""
    row = found(staff, year, emergency)
    status = 200
    if request.method == "POST":
        if send(request, lambda: _carry_out(request.POST, row, staff), _("It is on file under your name.")):
            return redirect("emergency", year, emergency)
        status = REFUSED
    return render(request, "web/emergency.html", _page(request, staff, row), status=status)


def found(staff: Staff, year: str, code: str) -> Emergency:
    """Return an emergency of somebody's school; another address is a wrong one."""
    rows = Emergency.objects.filter(school_year__school=staff.school, school_year__name=year, code=code)
    row = rows.select_related("school_year__school", "by").prefetch_related("steps__by").first()
    if row is None:
        raise Http404
    return row


def _declare(form: QueryDict, year: SchoolYear, staff: Staff) -> None:
    wish = Declared(
        code=form.get("code", "").strip(),
        cause=form.get("cause", ""),
        nature=form.get("nature", ""),
        first_day=date_of(form, "first-day"),
        expected_end=date_of(form, "until"),
        scope=form.get("scope", ""),
        tracks=tuple(form.getlist("track")),
    )
    emergencies.declare(year, wish, Act(staff, clock.now()))


def _carry_out(form: QueryDict, row: Emergency, staff: Staff) -> None:
    """Carry out the form; raises CentralError with nothing written."""
    act = Act(staff, clock.now(), form.get("reason", ""))
    # What was fetched to be shown must not be asked about what is true now.
    row = emergencies.find(row.school_year, row.code)
    what = form.get("do")
    if what in {"close", "reopen"}:
        days = _days(date_of(form, "since"), date_of(form, "until"))
        change = emergency_days.close if what == "close" else emergency_days.reopen
        change(row, days, act)
    elif what in {"expect", "end"}:
        word = emergencies.expect if what == "expect" else emergencies.end
        word(row, date_of(form, "on"), act)
    elif what == "withdraw":
        emergencies.withdraw(row, act)
    elif what == "announce":
        _announce(form, row, act)
    elif what == "sent":
        _note_sent(form, row, act)
    elif what == "prove" and (duty := form.get("duty", "")) in set(DutyKind):
        emergency_learning.prove(row, DutyKind(duty), date_of(form, "on"), act)
    else:
        raise CentralError(_("The form names an action that does not exist; reload the page."))


def _days(since: date, until: date) -> list[date]:
    if not 0 <= (until - since).days < _MOST_DAYS:
        raise CentralError(_("Name a first and a last day, at most three months apart."))
    return [since + timedelta(n) for n in range((until - since).days + 1)]


def _announce(form: QueryDict, row: Emergency, act: Act) -> None:
    language = form.get("language", "")
    if language not in set(Language):
        raise CentralError(_("Choose the language."))
    wording = Wording(
        Language(language), form.get("nature", ""), form.get("duration", ""), form.get("remote", "")
    )
    channels = [channel for channel in Channel if channel in form.getlist("channel")]
    announcements.announce(row, wording, channels, act)


def _note_sent(form: QueryDict, row: Emergency, act: Act) -> None:
    channel, _between, language = form.get("which", "").partition("/")
    if channel not in set(Channel) or language not in set(Language):
        raise CentralError(_("Choose what was sent."))
    try:
        zone = ZoneInfo(row.school_year.school.time_zone)
        sent_at = written_instant(form.get("sent-at", ""), zone)
    except ValueError as error:
        raise CentralError(_("Say when it was sent.")) from error
    sent = Sent(sent_at, form.get("sent-by", ""), form.get("evidence", ""))
    announcements.note_sent(row, (Channel(channel), Language(language)), sent, act)


def _page(request: HttpRequest, staff: Staff, row: Emergency) -> dict[str, object]:
    closed = closed_for(row)
    today = clock.today(staff.school)
    told = announcements_of(row)
    return {
        "emergency": row,
        "end": end_of(row),
        "is_withdrawn": is_withdrawn(row),
        "steps": sorted(row.steps.all(), key=lambda step: step.pk),
        "tracks": tracks_of(row),
        "closed": _by_day(closed),
        "is_extended": is_extended(row, closed),
        "told": told,
        "open": sum(each.is_open for each in told),
        "written": [each for each in told if each.text],
        "drafts": [announcements.draft(row, language) for language in Language],
        "channels": list(Channel),
        "duties": duties_of(row, closed, today),
        "kinds": list(DutyKind),
        "may_add": may(staff, Tool.EMERGENCIES, Right.ADD),
        "may_change": may(staff, Tool.EMERGENCIES, Right.WRITE),
        "may_close": may(staff, Tool.CALENDAR, Right.WRITE),
        "today": today,
        "form": request.POST,
    }


def _by_day(closed: Sequence[ClosedDay]) -> list[tuple[date, list[ClosedDay]]]:
    """Return the closed days, each with its tracks."""
    return [(on, list(days)) for on, days in groupby(closed, key=lambda day: day.on)]
