"""Every row of the records, wherever they are kept: to be compared, or to be written again as they were."""

from collections.abc import Iterator, Mapping, Sequence

from django.apps import apps
from django.db.models import Model

Rows = Mapping[type[Model], Sequence[Model]]


def taken() -> Rows:
    """Read every row."""
    return {model: rows for model in _models() if (rows := list(model._base_manager.order_by("pk")))}


def put(rows: Rows) -> None:
    """Write rows into records that have none of them; what refers to what is looked at in the end."""
    for model, theirs in rows.items():
        model._base_manager.bulk_create(theirs)


def content() -> str:
    """Return what all rows say, to be compared with what they said before."""
    return "\n".join(f"{model.__name__} {row}" for model in _models() for row in _values(model))


def _values(model: type[Model]) -> Iterator[object]:
    yield from model._base_manager.order_by("pk").values_list()


def _models() -> Iterator[type[Model]]:
    yield from apps.get_app_config("store").get_models(include_auto_created=True)
