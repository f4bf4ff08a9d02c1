"""Every page of the staff and of students is told of in the documents, and has its picture there."""

import re
from pathlib import Path

import pytest

from central.web import pages
from tests.health import source
from tests.journeys.shown_school import ANSWERS_WITH_A_FILE

DOCS = Path(source.ROOT) / "docs"
LISTED = {page.name: page.route for page in pages.STAFF} | {page.name: page.route for page in pages.STUDENTS}


def told() -> str:
    """Return what people read: the how-to pages, the tutorial and the reference."""
    return "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))


@pytest.mark.parametrize("name", LISTED)
def test_a_page_is_told_of_by_its_address(name: str) -> None:
    parts = [re.escape(part) for part in re.split(r"<[^>]*>", "/" + LISTED[name])]
    address = "`" + r"[^`\s]+".join(parts)
    assert re.search(address, told()), f"name `/{LISTED[name]}` in a how-to page, as somebody would see it"


def test_every_page_has_its_picture_and_no_other_is_kept() -> None:
    kept = {picture.stem for picture in (DOCS / "screenshots").glob("*.png")}
    assert kept == LISTED.keys() - ANSWERS_WITH_A_FILE, "run `make screenshots`"
