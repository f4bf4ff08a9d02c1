"""Who may have a login: only those the school gave one."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Logins are made by `rollbook-central add-operator`, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no to everybody."""
        del request
        return False
