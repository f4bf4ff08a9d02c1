"""Every row of the records, wherever they are kept: to be compared, or to be written again as they were."""

from collections.abc import Mapping, Sequence

from django.apps import apps
from django.db.models import Model

Rows = Mapping[type[Model], Sequence[Model]]


def taken() -> Rows:
    """Read every row of ours."""
    models = apps.get_app_config("store").get_models(include_auto_created=True)
    return {model: rows for model in models if (rows := list(model._base_manager.order_by("pk")))}


def put(rows: Rows) -> None:
    """Write rows into records that have none of them; what refers to what is looked at in the end."""
    for model, theirs in rows.items():
        model._base_manager.bulk_create(theirs)


def content() -> str:
    """Return what all rows say, logins and all, to be compared with what they said before."""
    every = apps.get_models(include_auto_created=True)
    rows = ((model, row) for model in every for row in model._base_manager.order_by("pk").values_list())
    return "\n".join(f"{model.__name__} {row}" for model, row in rows)
