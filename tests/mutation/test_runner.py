"""The runner finds the mistake nobody would notice, and tells it from those that are explained."""

from pathlib import Path

import pytest

from tests.mutation.modules import changed_since, mutable
from tests.mutation.result import explained, read
from tests.mutation.workshop import lay_out, run

RULE = """
def may_claim(days: int) -> bool:
    return days >= 175


def halves(days: int) -> int:
    return days // 2
"""
TEST = """
from central.law.claim import halves, may_claim


def test_many_days_may_be_claimed() -> None:
    assert may_claim(180)
    assert not may_claim(10)


def test_halves() -> None:
    assert halves(9) == 4
"""
CONFTEST = """
from hypothesis import settings

settings.register_profile("rollbook", deadline=None)
"""
PYPROJECT = """
[tool.pytest.ini_options]
addopts = "--import-mode=importlib"
pythonpath = ["."]
markers = ["soak: longer than this", "pi: on another board than this"]
"""
PAGE = """
| where | was | is | why nothing can tell |
|---|---|---|---|
| `claim.may_claim` | `return days >= 175` | `return days > 175` | nobody teaches 175 days |
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a law of one module with a test that is blind at the edge."""
    root = tmp_path / "project"
    for name, text in {
        "central/__init__.py": "",
        "central/law/__init__.py": "",
        "central/law/errors.py": "",
        "central/law/claim.py": RULE,
        "tests/conftest.py": CONFTEST,
        "tests/law_tables/test_claim.py": TEST,
        "pyproject.toml": PYPROJECT,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "tests" / "central" / "law").mkdir(parents=True)
    return root


@pytest.mark.journey
def test_a_mistake_at_an_edge_no_test_looks_at_survives(project: Path, tmp_path: Path) -> None:
    assert mutable(project) == ["claim"]
    folder = tmp_path / "copy"
    lay_out(project, folder, ["claim"])
    assert run(folder, None) == ""
    result = read(folder, ["claim"])
    keys = {survivor.key for survivor in result.survivors}
    edge = ("claim.may_claim", "return days >= 175", "return days > 175")
    assert edge in keys
    assert all(key[0] == "claim.may_claim" for key in keys)
    assert result.killed >= 2
    assert result.unchecked == 0
    assert explained(PAGE).keys() & keys == {edge}
    assert (project / "central" / "law" / "claim.py").read_text(encoding="utf-8") == RULE


def test_without_a_history_nothing_is_known_to_have_changed(project: Path) -> None:
    assert changed_since(project, "main") is None


def test_what_was_not_tried_is_not_counted(tmp_path: Path) -> None:
    law = tmp_path / "mutants" / "central" / "law"
    law.mkdir(parents=True)
    (law / "claim.py").write_text("", encoding="utf-8")
    (law / "claim.py.meta").write_text(
        '{"exit_code_by_key": {"a": 1, "b": 3, "c": null, "d": 33, "e": -24}}', encoding="utf-8"
    )
    result = read(tmp_path, ["claim", "absent"])
    assert (result.killed, result.tried, result.unchecked) == (3, 4, 1)
    assert [survivor.name for survivor in result.survivors] == ["d"]
