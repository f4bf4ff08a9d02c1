"""One station from near: what is wrong, what it tells, two weeks of it, orders and silenced alerts."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from central.store.evidence import Evidence
from central.store.models import HealthSample, Staff, Station, StationOrder
from central.web import clock, sparkline
from central.web.sending import REFUSED, number_of, send
from central.work import occurrences, orders, silence
from central.work.fleet_alerts import raised
from central.work.fleet_facts import of_station
from central.work.tool_rights import Right, Tool, may
from sync_agent.orders import VERBS

_ORDERS: Final = 10
_MOST_DAYS: Final = silence.LONGEST.days


def one_station(request: HttpRequest, staff: Staff, station: str) -> HttpResponse:
    """Show a station; a posted form orders it to do something, or silences one of its alerts."""
    found = get_object_or_404(Station.objects.select_related("room"), school=staff.school, code=station)
    status = 200
    if request.method == "POST":
        if "order" in request.POST:
            is_done = send(
                request,
                lambda: _order(request, staff, found),
                _("Ordered. The station does it when it is next heard of."),
            )
        else:
            is_done = send(request, lambda: _silence(request, staff, found), _("Kept, with your name."))
        if is_done:
            return redirect("station", station=station)
        status = REFUSED
    now = clock.now()
    facts = of_station(found, now, Evidence(settings.CONFIG.evidence_at))
    page = {
        "now": now,
        "facts": facts,
        "alerts": raised(facts),
        "pictures": list(_pictures(found, now)),
        "occurrences": occurrences.newest(staff.school, now).get(station, []),
        "orders": StationOrder.objects.filter(station=found)
        .select_related("by")
        .order_by("-ordered_at")[:_ORDERS],
        "verbs": VERBS,
        "may_order": may(staff, Tool.FLEET, Right.ADD) and found.retired_at is None,
        "may_silence": may(staff, Tool.FLEET, Right.WRITE),
        "form": request.POST if status == REFUSED else {},
    }
    return render(request, "web/station.html", page, status=status)


def _order(request: HttpRequest, staff: Staff, found: Station) -> None:
    wish = orders.Wish(found, request.POST.get("order", ""), request.POST.get("reason", ""))
    orders.order(wish, staff, secrets.token_bytes, clock.now())


def _silence(request: HttpRequest, staff: Staff, found: Station) -> None:
    now, code = clock.now(), request.POST.get("silence", "")
    days = number_of(request.POST, "days", _MOST_DAYS)
    wish = silence.Silence(found, code, now + timedelta(days=days), request.POST.get("reason", ""))
    silence.silence(wish, staff, now)


def _pictures(found: Station, now: datetime) -> Iterator[tuple[str, str, SafeString]]:
    """Yield title, words and picture of each figure the station told of."""
    rows = HealthSample.objects.filter(station=found, hour_at__gte=now - sparkline.SPAN).order_by("hour_at")
    samples = list(rows)
    for name, title, unit in (
        ("temp_c", _("Temperature"), "°C"),
        ("disk_free_mb", _("Free on the card"), "MB"),
        ("clock_off_ms", _("Clock off by"), "ms"),
        ("waiting", _("Entries waiting"), ""),
    ):
        points = [(row.hour_at, value) for row in samples if (value := getattr(row, name)) is not None]
        if points:
            values = [value for _hour, value in points]
            figures = {"least": min(values), "most": max(values), "last": values[-1], "unit": unit}
            about = _("%(least)s to %(most)s %(unit)s in two weeks; %(last)s %(unit)s at last") % figures
            drawn = sparkline.draw(name.replace("_", "-"), (title, about), points, now)
            yield title, about, mark_safe(drawn)  # noqa: S308  svg escapes every text
