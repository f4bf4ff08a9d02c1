"""What the pages say in Spanish: complete, and the compiled file is that of the text."""

import io
from pathlib import Path

from babel.messages import mofile, pofile

import central.web

TEXTS = Path(central.web.__file__).parent / "locale" / "es" / "LC_MESSAGES"


def test_every_text_is_translated() -> None:
    with (TEXTS / "django.po").open("rb") as file:
        catalog = pofile.read_po(file, locale="es")
    lacking = [m.id for m in catalog if m.id and (m.fuzzy or not all([m.string] if m.string else [""]))]
    plural = [m.id for m in catalog if isinstance(m.string, tuple) and not all(m.string)]
    assert len(list(catalog)) > 50
    assert (lacking, plural) == ([], [])


def test_the_compiled_texts_are_those_of_the_source() -> None:
    with (TEXTS / "django.po").open("rb") as file:
        fresh = io.BytesIO()
        mofile.write_mo(fresh, pofile.read_po(file, locale="es"))
    assert (TEXTS / "django.mo").read_bytes() == fresh.getvalue()
