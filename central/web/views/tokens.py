"""One's own tokens: which programs read in one's name, what, until when; made and revoked here."""

import secrets
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.domain.local_day import end_of
from central.errors import CentralError
from central.store.models import Staff
from central.web import clock
from central.web.sending import REFUSED, date_of
from central.work import tokens as keys
from central.work.tool_rights import Right, Tool, may

_CREATED = 201


def tokens(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List somebody's tokens; a posted form makes one, or revokes one."""
    if request.method != "POST":
        return _page(request, staff)
    try:
        if "revoke" in request.POST:
            _revoke(request, staff)
            return redirect("tokens")
        made = _make(request, staff)
    except CentralError as error:
        messages.error(request, str(error))
        return _page(request, staff, status=REFUSED)
    # Shown in the answer itself: to send the reader on, the secret would have to be kept somewhere.
    return _page(request, staff, made, status=_CREATED)


def _make(request: HttpRequest, staff: Staff) -> keys.NewToken:
    now = clock.now()
    until, zone = date_of(request.POST, "until"), ZoneInfo(staff.school.time_zone)
    scopes = keys.tools(request.POST.getlist("scope"))
    wish = keys.TokenWish(request.POST.get("name", ""), scopes, end_of(until, zone))
    return keys.make(staff, wish, secrets.token_bytes, now)


def _revoke(request: HttpRequest, staff: Staff) -> None:
    """Carry out the form; raises CentralError with nothing written."""
    named = request.POST["revoke"]
    token = get_object_or_404(keys.tokens_of(staff), pk=named if named.isdecimal() else 0)
    keys.revoke(token, staff, request.POST.get("reason", ""), clock.now())
    messages.success(request, _("Revoked. Whoever holds it is refused from now on."))


def _page(
    request: HttpRequest, staff: Staff, made: keys.NewToken | None = None, *, status: int = 200
) -> HttpResponse:
    now, kept = clock.now(), {} if made else request.POST
    readable = [(keys.scope(tool), _(tool)) for tool in Tool if may(staff, tool, Right.READ)]
    page = {
        "made": made,
        "lines": [(token, keys.state(token, now), keys.last_day(token)) for token in keys.tokens_of(staff)],
        "in_use": keys.State.IN_USE,
        "readable": readable,
        "longest_days": keys.LONGEST.days,
        "name": kept.get("name", ""),
        "until": kept.get("until", ""),
        "chosen": request.POST.getlist("scope") if not made else [],
    }
    return render(request, "web/tokens.html", page, status=status)
