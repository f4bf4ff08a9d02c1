"""Signing in at the school's own provider: people who have a login here come in, and nobody signs up."""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _

from central.web.provider_line import ProviderLine, line_of

_FORBIDDEN = 403


class LinkedAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Lets in whose login here bears the address that the provider has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Answer no to everybody."""
        del request, sociallogin
        return False

    def get_requests_session(self) -> ProviderLine:
        """Return the line by which the provider is asked."""
        return line_of(settings.SOCIALACCOUNT_PROVIDERS)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401  allauth ships no types
        """Link the login at the first time; refuse whoever has none, and whose login is out of use."""
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                _refuse(request)
            return
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        found = [user for email in verified[:1] for user in User.objects.filter(email__iexact=email)]
        if len(found) != 1 or not found[0].is_active:
            _refuse(request)
        sociallogin.connect(request, found[0])


def _refuse(request: HttpRequest) -> NoReturn:
    told = _("No login here is linked to this account. Ask the school's administrator to link it.")
    raise ImmediateHttpResponse(render(request, "403.html", {"exception": told}, status=_FORBIDDEN))
