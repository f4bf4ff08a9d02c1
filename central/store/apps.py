"""Name the store to Django."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The records database."""

    name = "central.store"
    label = "store"
