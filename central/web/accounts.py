"""Who may have a login, and how it is opened: only those the school gave one, each code and answer once."""

from typing import NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from central.config import CentralConfig
from central.web import clock
from central.work import signing_off
from central.work.passkey_site import Site


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Logins are made by `rollbook-central add-operator`, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no to everybody."""
        del request
        return False


def site() -> Site | None:
    """Return where people's devices know this server; None where its address is none they make keys for."""
    config: CentralConfig = settings.CONFIG
    return Site.at(config.public_url)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Passkeys are made for the address in the configuration, whatever address somebody typed."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom a passkey answers; where passkeys are not in use it is nobody it could know."""
        here = site()
        return {"id": here.host if here else "passkeys.invalid", "name": "Rollbook"}


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


class SignInPasskey(AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey's answer as the second step of signing in, to the question kept in the session."""

    def clean_credential(self) -> Authenticator:
        """Accept a right answer; whatever else was sent is refused in words."""
        try:
            return super().clean_credential()
        # A field that is missing or of another kind surfaces in the library as one of these.
        except (ValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValidationError(_("This passkey was not accepted. Try again, or type a code.")) from error


def closed(request: HttpRequest) -> NoReturn:
    """Close a page by which people could change their own logins; the school's IT does that, on record."""
    raise Http404(request.path)
