"""The library's accounts at other providers, without the programs that speak to a provider."""

from allauth.socialaccount.apps import SocialAccountConfig


class LinkedAccountsConfig(SocialAccountConfig):  # type: ignore[misc]  # the library has no types
    """Its tables; who asks for the list of providers, as addresses of pages do, loads what speaks to them."""

    def ready(self) -> None:
        """Register the checks alone: the rest is a fifth of what a command would load at its start."""
        from allauth.socialaccount import checks  # noqa: F401  importing them registers them
