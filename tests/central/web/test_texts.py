"""What the pages say in Spanish: complete, and the compiled file is that of the text."""

import io
import re
from pathlib import Path

from babel.messages import mofile, pofile

import central.web
from central.domain.proof import SAYS, TELLS_ITS_NUMBER, Reason
from central.work import doubts, gaps, review, time_case, time_review
from central.work.occurrences import SENTENCES
from central.work.room_state import Silence

TEXTS = Path(central.web.__file__).parent / "locale" / "es" / "LC_MESSAGES"
_ASKED = r"""\{% translate (["'])(.*?)\1"""


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


def test_every_text_of_a_template_is_in_the_catalog() -> None:
    with (TEXTS / "django.po").open("rb") as file:
        known = {m.id for m in pofile.read_po(file, locale="es")}
    pages = Path(central.web.__file__).parent.joinpath("templates").rglob("*.html")
    asked = {text for page in pages for _, text in re.findall(_ASKED, page.read_text(encoding="utf-8"))}
    assert len(asked) > 50
    assert asked - known == set()


def test_every_sentence_of_the_program_itself_is_in_the_catalog() -> None:
    with (TEXTS / "django.po").open("rb") as file:
        known = {m.id for m in pofile.read_po(file, locale="es")}
    assert set(SAYS) == set(Reason)
    told = {*SENTENCES, *gaps.SENTENCES, *doubts.ASIDE.values(), *time_case.WORDS.values(), *Silence}
    assert {
        *SAYS.values(),
        TELLS_ITS_NUMBER,
        review.MOVED,
        *time_review.WHYS,
        *map(str, told),
    } - known == set()
