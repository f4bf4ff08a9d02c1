"""What the papers on safety and privacy call shown is shown: each test and command they name exists."""

import re

import pytest

from central import cli
from tests.health import source

PAPERS = ("docs/explanation/threat-model.md", "docs/explanation/privacy.md", "docs/SECURITY.md")
NAMED = re.compile(r"`(tests/[\w/.-]+)`")
COMMAND = re.compile(r"`rollbook-central ([a-z-]+)")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_test_a_paper_names_exists(paper: str) -> None:
    named = set(NAMED.findall(source.text(paper)))
    assert sorted(name for name in named if not (source.ROOT / name).is_file()) == []


@pytest.mark.parametrize("paper", PAPERS)
def test_every_command_a_paper_names_exists(paper: str) -> None:
    assert set(COMMAND.findall(source.text(paper))) <= set(cli.names())


def test_every_row_of_a_table_of_threats_or_duties_says_what_shows_it() -> None:
    for paper in PAPERS[:2]:
        for part in re.split(r"^## ", source.text(paper), flags=re.MULTILINE):
            rows = [line for line in part.splitlines() if line.startswith("|")]
            if rows and "shown by" in rows[0]:
                assert [row for row in rows[2:] if not NAMED.search(row)] == [], paper


def test_each_letter_of_stride_has_a_row() -> None:
    rows = re.findall(r"^\| ([STRIDE ]+) \|", source.text(PAPERS[0]), flags=re.MULTILINE)
    assert set("".join(rows)) - {" "} == set("STRIDE")


def test_the_nine_things_a_contract_must_contain_are_there() -> None:
    items = re.findall(r"^\| \((\d)\) ", source.text(PAPERS[1]), flags=re.MULTILINE)
    assert items == list("123456789")
