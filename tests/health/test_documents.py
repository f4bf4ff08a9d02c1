"""The documents: every link leads somewhere, every document named is here, every decision is in the index."""

import re
from pathlib import PurePosixPath

from tests.health import source

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
ELSEWHERE = re.compile(r"://|github\.com/")
NAMED = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.md)\b")


def documents() -> list[str]:
    return [name for name in source.tracked() if name.endswith(".md")]


def test_every_link_in_a_document_leads_to_a_file() -> None:
    broken = [
        f"{name}: {target}"
        for name in documents()
        for target in LINK.findall(source.text(name))
        if "://" not in target and not (source.ROOT / PurePosixPath(name).parent / target).exists()
    ]
    assert broken == []


def test_no_file_points_to_a_document_that_is_not_here() -> None:
    here = {PurePosixPath(name).name for name in documents()}
    texts = [name for name in source.tracked() if name.endswith((".py", ".toml", ".md", ".service", ".sh"))]
    dangling = {
        f"{name}: {named}"
        for name in texts
        for line in source.text(name).splitlines()
        for named in NAMED.findall(line)
        # A source that is quoted lies where its address says.
        if PurePosixPath(named).name not in here and not ELSEWHERE.search(line)
    }
    assert sorted(dangling) == []


def test_every_decision_is_in_the_index() -> None:
    index = source.text("docs/decisions/README.md")
    records = [name for name in documents() if re.match(r"docs/decisions/\d{4}-", name)]
    assert records
    assert [name for name in records if PurePosixPath(name).name not in index] == []
