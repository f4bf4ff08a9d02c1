"""What the pages say in Spanish: complete, and the compiled file is that of the text."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

import central.web
from central.domain.proof import SAYS, TELLS_ITS_NUMBER, Reason
from central.store.models import Staff
from central.web import pages
from central.web.pages.page import Group
from central.work import doubts, gaps, review, time_case, time_review
from central.work.fleet_alerts import ALERTS
from central.work.occurrences import SENTENCES
from central.work.room_state import Silence
from central.work.tool_rights import Right, Tool
from sync_agent.orders import VERBS
from tests import texts

WEB = Path(central.web.__file__).parent
_ASKED = r"""\{% translate (["'])(.*?)\1"""
_BLOCK = r"\{% blocktranslate[^%]*%\}(.*?)(?:\{% plural %\}.*?)?\{% endblocktranslate %\}"
_GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


@cache
def known() -> frozenset[str]:
    """Return every English text there is Spanish for; the first form where a number decides."""
    ids = (message.id for part in texts.PARTS for message in texts.catalogue(part))
    return frozenset(text[0] if isinstance(text, tuple | list) else text for text in ids)


@pytest.mark.parametrize("part", texts.PARTS, ids=lambda part: part.name)
def test_every_text_is_translated(part: Path) -> None:
    catalogue = texts.catalogue(part)
    lacking = [m.id for m in catalogue if m.id and (m.fuzzy or not all([m.string] if m.string else [""]))]
    plural = [m.id for m in catalogue if isinstance(m.string, tuple) and not all(m.string)]
    assert len(list(catalogue)) > 1
    assert (lacking, plural) == ([], [])


@pytest.mark.parametrize("part", texts.PARTS, ids=lambda part: part.name)
def test_the_compiled_texts_are_those_of_the_source(part: Path) -> None:
    stored = texts.compiled(part).read_bytes() if texts.compiled(part).exists() else b""
    assert stored == texts.compile_part(part), "run `make texts`"


def test_no_text_is_translated_in_two_places() -> None:
    ids = [str(message.id) for part in texts.PARTS for message in texts.catalogue(part) if message.id]
    assert [text for text, times in Counter(ids).items() if times > 1] == []


def test_no_text_is_kept_that_nothing_says() -> None:
    pages_text = "\n".join(
        page.read_text(encoding="utf-8") for page in WEB.joinpath("templates").rglob("*.html")
    )
    pages_text = re.sub(r"\{\{ *(\w+) *\}\}", r"%(\1)s", pages_text)
    said = {
        node.value
        for file in WEB.parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # A column is named as its file has it; a choice without a label of its own by its value.
    words = {re.sub("[-_]", " ", name) for name in said}
    # Absences have a column for each reason.
    said |= {f"column: {prefix}{name}" for name in words for prefix in ("", "absent ")}
    said |= {name.replace("_", " ").title() for name in said} | _of_the_fleet()
    assert {text for text in known() if text and text not in said and text not in pages_text} == set()


def test_every_text_of_a_template_is_in_a_catalogue() -> None:
    pages_text = [page.read_text(encoding="utf-8") for page in WEB.joinpath("templates").rglob("*.html")]
    asked = {text for page in pages_text for _, text in re.findall(_ASKED, page)}
    blocks = {text for page in pages_text for text in re.findall(_BLOCK, page, flags=re.DOTALL)}
    asked |= {re.sub(r"\{\{ *(\w+) *\}\}", r"%(\1)s", text) for text in blocks}
    assert len(asked) > 50
    assert asked - known() == set()


def _asked_by(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _GETTEXT:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_text_of_the_code_is_in_a_catalogue() -> None:
    asked = {
        text for file in WEB.rglob("*.py") for text in _asked_by(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(asked) > 20
    assert asked - known() == set()


def test_every_tool_right_and_role_has_a_word_in_spanish() -> None:
    words = {*map(str, Tool), *map(str, Right), *(role.label for role in Staff.Role)}
    assert words - known() == set()
    with translation.override("en"):
        assert {str(group.value) for group in Group} - known() == set()
        titles = {str(page.title) for page in pages.STAFF} | {str(page.title) for page in pages.STUDENTS}
    assert titles - {""} - known() == set()


def _of_the_fleet() -> set[str]:
    """Return what alerts and orders say; the words of the alerts stand in a table."""
    alerts = {text for alert in ALERTS.values() for text in (alert.sentence, alert.remedy)}
    return alerts | set(VERBS.values())


def test_every_sentence_of_the_program_itself_is_in_the_catalog() -> None:
    assert set(SAYS) == set(Reason)
    told = {*SENTENCES, *gaps.SENTENCES, *doubts.ASIDE.values(), *time_case.WORDS.values(), *Silence}
    assert {
        *SAYS.values(),
        TELLS_ITS_NUMBER,
        review.MOVED,
        *time_review.WHYS,
        *map(str, told),
        *_of_the_fleet(),
    } - known() == set()
