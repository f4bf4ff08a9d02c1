"""Every rule says which law it carries out, and every number of the law is used by one."""

import ast
import inspect
import re
from datetime import date
from pathlib import Path

import pytest

import central.domain
import central.law
import central.reports
from central.law.markdown import render, rule_modules, rules_of
from central.law.provision import provisions

ROOT = Path(__file__).parents[2]
LAW = Path(central.law.__path__[0])
DOMAIN = Path(central.domain.__path__[0])
REPORTS = Path(central.reports.__path__[0])
CITES = re.compile(r"\n\nCites: .+ \(R-[A-Z]+-\d\d(, R-[A-Z]+-\d\d)*\)\.\Z", re.DOTALL)
MONTHS_A_COMPARISON_LASTS = 13

ALL_RULES = [pytest.param(rule, id=rule.__qualname__) for found in rule_modules() for rule in rules_of(found)]


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_rule_ends_with_what_it_cites(rule: object) -> None:
    docstring = inspect.getdoc(rule) or ""
    assert CITES.search(docstring), "the docstring of a rule ends: Cites: EC ... (R-...)."


def test_there_are_rules_in_every_module_of_the_law() -> None:
    names = {found.__name__.rpartition(".")[2] for found in rule_modules()}
    assert names >= {"months", "periods", "tracks", "ada", "minutes", "eligibility", "recovery", "chronic"}
    assert all(rules_of(found) for found in rule_modules())


def test_the_wordings_of_every_provision_ascend_and_name_their_rule() -> None:
    for found in provisions().values():
        starts = [wording.since for wording in found.wordings]
        assert starts == sorted(set(starts)), found.name
        assert all(re.search(r"\(R-[A-Z]+-\d\d\)$", wording.cite) for wording in found.wordings), found.name


def strings_of_the_rules() -> set[str]:
    """Collect every text written in the rules, where they name the provisions they use."""
    texts = set()
    for path in LAW.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return texts


def test_every_provision_is_used_by_a_rule() -> None:
    assert sorted(provisions().keys() - strings_of_the_rules()) == []


def stale_on(today: date) -> list[str]:
    """Name the provisions nobody compared with their source in the months before a day."""
    months = today.year * 12 + today.month - 1 - MONTHS_A_COMPARISON_LASTS
    year, month = divmod(months, 12)
    oldest = date(year, month + 1, min(today.day, 28))
    return [
        f"{found.name} (from {wording.since}) was last compared on {wording.verified}"
        for found in provisions().values()
        for wording in found.wordings
        if wording.verified < oldest
    ]


def test_provisions_nobody_compared_for_thirteen_months_are_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    newest = max(wording.verified for found in provisions().values() for wording in found.wordings)
    assert stale_on(newest) == []
    years_later = newest.replace(year=newest.year + 2, day=1)
    assert len(stale_on(years_later)) == sum(len(found.wordings) for found in provisions().values())
    with capsys.disabled():
        for line in stale_on(date.today()):  # noqa: DTZ011 -- the one place that asks how old the law is
            print(f"\nlaw: {line}; read it again")


def test_the_reference_page_is_what_the_law_says_now() -> None:
    page = (ROOT / "docs" / "reference" / "law.md").read_text(encoding="utf-8")
    assert page == render(), "run: python -m central.law.markdown > docs/reference/law.md"


def calls_in(path: Path) -> set[str]:
    """Name every function and method called in a file."""
    calls = [
        node.func
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    return {
        func.id if isinstance(func, ast.Name) else func.attr
        for func in calls
        if isinstance(func, ast.Name | ast.Attribute)
    }


def test_nothing_but_the_rounding_module_rounds() -> None:
    files = [path for room in (LAW, DOMAIN, REPORTS) for path in room.rglob("*.py")]
    assert len(files) > 20
    for path in files:
        # Where a line of a picture is drawn is no figure anybody claims.
        if path != REPORTS / "rounding.py" and REPORTS / "charts" not in path.parents:
            assert calls_in(path).isdisjoint({"round", "float", "quantize"}), path


def test_the_law_knows_no_clock_and_no_framework() -> None:
    forbidden = {"django", "sqlite3", "requests", "logging", "os", "socket", "time", "random"}
    for path in [*LAW.glob("*.py"), *DOMAIN.glob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert forbidden.isdisjoint(name.partition(".")[0] for name in names), path
        assert calls_in(path).isdisjoint({"today", "now", "utcnow"}), path
