"""Name the staff pages to Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The staff pages."""

    name = "central.web"
    label = "web"
