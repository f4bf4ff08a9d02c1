"""Ask for what a JSON column says at a place, in a form both stores understand."""

from django.db.models import TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast


def text_at(path: str) -> Cast:
    """Return what stands at a place as text, `true` and `false` as those words, SQL's NULL for nothing.

    As text for the database as well: what only looks like it is compared as JSON, which plain words are not.
    """
    return Cast(KT(path), TextField())
