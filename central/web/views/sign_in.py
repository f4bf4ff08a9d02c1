"""One's own sign-in: the password, and the passkeys, added, named and removed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.models import Staff
from central.web import accounts, clock
from central.web.sending import REFUSED
from central.work import own_passkeys, passkeys
from central.work.own_passkeys import MOST_CHARS


def sign_in(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the own passkeys; a form adds, names or removes one, and `?passkey` asks a device to make one."""
    site = accounts.site()
    if request.method != "POST" and "passkey" in request.GET:
        if site is None or staff.user is None:
            raise Http404
        return JsonResponse(passkeys.ask_new(staff.user, site))
    status = 200
    if request.method == "POST":
        try:
            _carry_out(request, staff)
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
        else:
            return redirect("sign-in")
    page = {
        "keys": passkeys.keys_of(staff.user) if staff.user else [],
        "has_site": site is not None,
        "name": request.POST.get("name", "") if request.POST.get("do") == "add" else "",
        "longest": MOST_CHARS,
    }
    return render(request, "web/sign_in.html", page, status=status)


def _carry_out(request: HttpRequest, staff: Staff) -> None:
    """Do what the pressed button says; raises CentralError with nothing written."""
    form, now = request.POST, clock.now()
    deed, key = form.get("do", ""), form.get("key", "")
    number = int(key) if key.isdecimal() and len(key) < len(str(2**63)) else 0
    if deed == "add":
        answer, code = form.get("passkey", ""), form.get("code", "")
        own_passkeys.add(staff, form.get("name", ""), answer, code, accounts.site(), now)
        messages.success(request, _("The passkey is added: it opens your sign-in and signs from now on."))
    elif deed == "rename":
        own_passkeys.rename(staff, number, form.get("name", ""), now)
        messages.success(request, _("The passkey has its new name."))
    elif deed == "remove":
        own_passkeys.remove(staff, number, now)
        messages.success(request, _("The passkey is removed: it opens and signs nothing any more."))
    else:
        raise CentralError(_("The form names an action that does not exist; reload the page."))
