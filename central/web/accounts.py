"""Who may have a login, and how it is opened: only those the school gave one, each code once."""

from typing import NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.http import Http404, HttpRequest

from central.web import clock
from central.work import signing_off


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Logins are made by `rollbook-central add-operator`, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no to everybody."""
        del request
        return False


class _SpendsItsCode:
    """A form whose code is spent for good: who watched it typed cannot sign with it."""

    def clean_code(self) -> str:
        """Accept a right code once, in whatever process it was used before."""
        code: str = super().clean_code()  # type: ignore[misc]  # of the form beside this class
        if not signing_off.spend_sign_in_code(self.user, code, clock.now()):  # type: ignore[attr-defined]  # as above
            known_as = "incorrect_code"
            raise get_adapter().validation_error(known_as)
        return code


class SignInCode(_SpendsItsCode, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of signing in."""


class SignInAgainCode(_SpendsItsCode, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The same for somebody signed in, before something delicate."""


def closed(request: HttpRequest) -> NoReturn:
    """Close a page by which people could change their own logins; the school's IT does that, on record."""
    raise Http404(request.path)
