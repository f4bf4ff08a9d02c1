"""Outages: what was out when, the classes each touched with their paper, and what was entered late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.reports.render_late_entries import late_entries_csv
from central.store.models import Outage, Staff, Station
from central.web import clock
from central.web.dates import date_in, written_instant
from central.web.downloads import attachment
from central.web.outage_access import DAYS, late_seen_by, likely, touched_seen_by
from central.web.sending import REFUSED, send
from central.work import outages as verbs
from central.work import viewings
from central.work.late_entry import Entry
from central.work.outage_state import outages_of, stand, standing
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


def outages(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the outages, and those that stations propose; a posted form puts one down."""
    status = 200
    today = clock.today(staff.school)
    on = date_in(request.GET.get("on", ""), today) if request.GET.get("on") else None
    if request.method == "POST":
        if send(request, lambda: _note(request, staff), _("The outage is put down.")):
            return redirect("outages")
        status = REFUSED
    rows = outages_of(staff.school).select_related("station__room", "by").prefetch_related("steps__by")
    shown = Paginator(rows.order_by("-since_at", "-pk"), _PAGE).get_page(request.GET.get("page"))
    page = {
        "page": shown,
        "outages": standing(shown),
        "on": on,
        "today": today,
        "proposals": likely(staff, on, today, clock.now()),
        "stations": Station.objects.filter(school=staff.school, retired_at=None).select_related("room"),
        "causes": [(cause.value, _(cause.label)) for cause in Outage.Cause],
        "scopes": [(scope.value, _(scope.label)) for scope in Outage.Scope],
        "may_note": may(staff, Tool.OUTAGES, Right.ADD),
        "form": request.POST,
        "now": clock.now().astimezone(ZoneInfo(staff.school.time_zone)),
    }
    return render(request, "web/outages.html", page, status=status)


def outage(request: HttpRequest, staff: Staff, identity: int) -> HttpResponse:
    """Show one outage with the classes it touched and their paper; a posted form says more of it."""
    row = get_object_or_404(outages_of(staff.school).select_related("station__room", "by"), pk=identity)
    status = 200
    if request.method == "POST":
        if send(request, lambda: _step(request, staff, row), _("Noted; what was said before stays.")):
            return redirect("outage", identity=identity)
        status = REFUSED
    now = clock.now()
    current = stand(row)
    classes = touched_seen_by(staff, current, clock.today(staff.school), now)
    shown = Paginator(classes, _PAGE).get_page(request.GET.get("page"))
    page = {
        "current": current,
        "outage": row,
        "page": shown,
        "missing": sum(each.is_missing for each in classes),
        "may_change": may(staff, Tool.OUTAGES, Right.WRITE) and row.school_id == staff.school_id,
        "form": request.POST,
    }
    return render(request, "web/outage.html", page, status=status)


def late_entries_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what was entered or signed after its day, on screen or as CSV."""
    today = clock.today(staff.school)
    until = date_in(request.GET.get("until", ""), today)
    since = date_in(request.GET.get("since", ""), until - timedelta(days=DAYS - 1))
    found = late_seen_by(staff, since, until, today)
    if request.GET.get("format") == "csv":
        viewings.note_all(staff, "late entries", [each.record.student for each in found], clock.now())
        written = late_entries_csv(found, ZoneInfo(staff.school.time_zone))
        return attachment(written, f"late-entries-{staff.school.code}-{until}.csv")
    shown = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    viewings.note_all(staff, "late entries", [each.record.student for each in shown], clock.now())
    page = {
        "since": since,
        "until": until,
        "page": shown,
        "with_paper": sum(each.entry is Entry.WITH_PAPER for each in found),
        "without": sum(each.entry is Entry.WITHOUT_PAPER for each in found),
        "kinds": dict(Entry.__members__),
    }
    return render(request, "web/late_entries.html", page)


def _note(request: HttpRequest, staff: Staff) -> None:
    form = request.POST
    station = Station.objects.filter(school=staff.school, pk=form.get("station", "")).first()
    since_at = _instant(staff, form, "since")
    if since_at is None:
        raise CentralError(_("Say when it began."))
    word = verbs.Word(
        since_at=since_at,
        until_at=_instant(staff, form, "until"),
        cause=form.get("cause", ""),
        says=form.get("says", ""),
        station=station,
        scope=form.get("scope", Outage.Scope.STATION),
        found=form.get("found", ""),
    )
    verbs.note(word, staff, clock.now())


def _step(request: HttpRequest, staff: Staff, row: Outage) -> None:
    form, now = request.POST, clock.now()
    why, do = form.get("reason", ""), form.get("do", "")
    since_at, until_at = _instant(staff, form, "since"), _instant(staff, form, "until")
    if do == "withdraw":
        verbs.withdraw(row, staff, why, now)
    elif do == "end" and until_at is not None:
        verbs.end(row, until_at, staff, why, now)
    elif do == "correct" and since_at is not None:
        verbs.correct(row, (since_at, until_at), staff, why, now)
    elif do in {"end", "correct"}:
        raise CentralError(_("Write the date and the time."))
    else:
        raise Http404


def _instant(staff: Staff, form: Mapping[str, str], name: str) -> datetime | None:
    """Return an instant of a form, written by the school's own clocks; None where it is left empty."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return written_instant(text, ZoneInfo(staff.school.time_zone))
    except ValueError as error:
        raise CentralError(_("Write the date and the time.")) from error
