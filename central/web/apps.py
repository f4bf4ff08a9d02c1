"""Name the staff pages to Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The staff pages."""

    name = "central.web"
    label = "web"

    def ready(self) -> None:
        """Have every sign-in noted from the first on, also one before the first page was asked for."""
        from central.web import session_end  # noqa: F401  it connects itself
