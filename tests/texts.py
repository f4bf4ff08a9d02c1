"""The Spanish texts of the pages, part by part; `python -m tests.texts` compiles them."""

import io
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

import central.web

PARTS = sorted((Path(central.web.__file__).parent / "locale").iterdir())


def catalogue(part: Path) -> Catalog:
    """Read the texts of one part of the pages."""
    with (part / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return pofile.read_po(file, locale="es")


def compiled(part: Path) -> Path:
    """Return where the form the program reads is kept."""
    return part / "es" / "LC_MESSAGES" / "django.mo"


def compile_part(part: Path) -> bytes:
    """Return the form the program reads."""
    fresh = io.BytesIO()
    mofile.write_mo(fresh, catalogue(part))
    return fresh.getvalue()


if __name__ == "__main__":
    for each in PARTS:
        compiled(each).write_bytes(compile_part(each))
