"""What the program itself writes fits its columns: SQLite keeps any length, PostgreSQL refuses."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db.models import CharField

from central.domain.adjudication import Why
from central.domain.proof import Reason
from central.store.models import PaperRuling, Tap

FIELDS = [
    (model, field)
    for model in apps.get_app_config("store").get_models()
    for field in model._meta.get_fields()
    if isinstance(field, CharField)
]


def test_every_choice_fits_its_column() -> None:
    chosen = [(model, field) for model, field in FIELDS if field.choices]
    assert len(chosen) > 20
    assert [
        f"{model.__name__}.{field.name}: {value!r}"
        for model, field in chosen
        for value, _label in field.flatchoices
        if len(str(value)) > (field.max_length or 0)
    ] == []


@pytest.mark.parametrize(
    ("column", "words"),
    [(PaperRuling.why, [each.name for each in Why]), (Tap.proof_reason, [each.value for each in Reason])],
)
def test_every_word_fits_a_column_without_choices(column: object, words: Iterable[str]) -> None:
    field = column.field  # type: ignore[attr-defined]  # a column's descriptor, which has no type of its own
    assert [word for word in words if len(word) > field.max_length] == []
