"""The second factor of a signature as a form sends it: a one-time code, or a passkey's answer."""

from collections.abc import Mapping

from django.db.models import Exists, Value
from django.db.models.expressions import Combinable
from django.http import Http404, HttpResponse, JsonResponse

from central.store.models import Staff
from central.web import accounts
from central.work import passkeys
from central.work.signing_off import Code, SecondFactor


def factor_in(form: Mapping[str, str], purpose: str) -> SecondFactor:
    """Return what a form was signed with; a code counts before a passkey's answer."""
    code, answer = form.get("code", "").strip(), form.get("passkey", "")
    if answer and not code:
        return passkeys.Assertion(answer, purpose, accounts.site())
    return Code(code)


def has_passkey(staff: Staff) -> bool:
    """Tell whether somebody can sign with a passkey here."""
    return accounts.site() is not None and passkeys.held_by(staff).exists()


def can_sign_by_passkey(staff: Staff) -> Combinable:
    """Return what asks the same beside another question of the records."""
    return Exists(passkeys.held_by(staff)) if accounts.site() else Value(value=False)


def passkey_asked(staff: Staff, purpose: str) -> HttpResponse:
    """Return what the browser asks of somebody's passkeys to sign one thing, within a minute."""
    site = accounts.site()
    if site is None or staff.user is None:
        raise Http404
    return JsonResponse(passkeys.ask(staff.user, purpose, site))
