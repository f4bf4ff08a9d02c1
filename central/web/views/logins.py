"""Who can sign in: the logins of the school, taken out of use or given a new second factor."""

import secrets

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError, RefusedError
from central.store.models import Staff
from central.web import clock
from central.web.sending import REFUSED
from central.work import logins as known
from central.work.tool_rights import Right, Tool, may

_CREATED, _ON_A_PAGE = 201, 50


def logins(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the logins of the school; a posted form changes one, with the reason."""
    if request.method != "POST":
        return _page(request, staff)
    named = request.POST.get("login", "")
    user = get_object_or_404(known.logins(staff.school), pk=named if named.isdecimal() else 0)
    try:
        seed = _change(request, staff, user)
    except CentralError as error:
        messages.error(request, str(error))
        return _page(request, staff, status=REFUSED)
    if not seed:
        return redirect("logins")
    # Shown in the answer itself: to send the reader on, the seed would have to be kept somewhere.
    return _page(request, staff, (user, seed), status=_CREATED)


def _change(request: HttpRequest, staff: Staff, user: User) -> str:
    """Carry out the form and return a new seed, if one was made; raises CentralError."""
    act = known.Act(staff, clock.now(), request.POST.get("reason", ""))
    wanted = request.POST.get("do", "")
    if wanted == "reset":
        return known.reset_code(user, act, secrets.token_bytes)
    if wanted == "disable":
        known.disable(user, act)
        messages.success(request, _("This login is out of use."))
    elif wanted == "enable":
        known.enable(user, act)
        messages.success(request, _("This login is in use again."))
    else:
        raise RefusedError(_("The form names an action that does not exist; reload the page."))
    return ""


def _page(
    request: HttpRequest, staff: Staff, made: tuple[User, str] | None = None, *, status: int = 200
) -> HttpResponse:
    search = request.GET.get("search", "")
    rows = Paginator(known.logins(staff.school, search), _ON_A_PAGE)
    page = {
        "pages": rows.get_page(request.GET.get("page")),
        "search": search,
        "made": made,
        "may_change": may(staff, Tool.LOGINS, Right.WRITE),
        "own": staff.user_id,
        "named": request.POST.get("login", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "web/logins.html", page, status=status)
