"""The numbered invariants and the fault matrix: none without a test, and a page says where each is shown."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from tests.health import source

PAGE = "docs/reference/invariants.md"
INVARIANTS = {*map(str, range(1, 43)), "44", "45"}
FAULTS = set(
    "P1 P2 P3 P4 P5 P6 D1 D2 D3 D4 D5 N1 N2 N3 N4 N5 N6 N7 S1 S2 S3 S4 S5 S6 S7 S8 C1 C2 C3 C4 C5"
    " T1 T2 T3 T4 T5 T6 T7 T8 T9 E1 E2 E3 R1 M1 M2 L1 L2 A1 A2 Q1".split()
)
LATER = {"43"}
_NAMES_A_MARK = re.compile(r"\b(invariant|fault)\b")
_ROW = re.compile(r"^\| ([0-9]{1,2}|[A-Z][0-9]) \|.*\| ([^|]+) \|$", re.MULTILINE)


def test_every_invariant_and_every_fault_is_carried_by_a_test() -> None:
    assert sorted((INVARIANTS | FAULTS) - carried_here().keys()) == []


def test_no_test_carries_a_number_that_nobody_knows() -> None:
    assert sorted(carried_here().keys() - INVARIANTS - FAULTS - LATER) == []


def test_the_page_names_exactly_these_and_for_each_a_test_that_carries_it() -> None:
    named, shown = dict(_ROW.findall(source.text(PAGE))), carried_here()
    assert named.keys() == INVARIANTS | FAULTS | LATER
    wrong = {
        number: sorted(files - shown[number])
        for number, where in named.items()
        if number not in LATER and not (files := set(re.findall(r"`([^`]+)`", where))) <= shown[number]
    }
    assert wrong == {}
    assert [number for number in INVARIANTS | FAULTS if "`" not in named[number]] == []
    assert {number: named[number] for number in LATER} == dict.fromkeys(LATER, "later work")


def test_a_number_is_found_on_a_test_on_a_module_and_not_in_a_comment() -> None:
    text = (
        '@pytest.mark.fault("N1", "N2")\n@pytest.mark.invariant(7)\ndef test_a(): ...\n'
        "pytestmark = pytest.mark.invariant(8)\n# pytest.mark.invariant(9)\n"
        "@pytest.mark.invariant(10)\ndef helps(): ...\n"
    )
    assert carried({"tests/x/test_a.py": ast.parse(text)}) == {
        number: {"x/test_a.py"} for number in ("N1", "N2", "7", "8")
    }


@cache
def carried_here() -> Mapping[str, set[str]]:
    """Return which files of tests carry each number and each row."""
    names = [name for name in source.python_files() if re.match(r"tests/(.*/)?test_[^/]*$", name)]
    # Parsing is most of the work; a file that has neither word carries nothing.
    naming = [name for name in names if _NAMES_A_MARK.search(source.text(name))]
    return carried({name: source.syntax(name) for name in naming})


def carried(trees: Mapping[str, ast.Module]) -> Mapping[str, set[str]]:
    """Return which files, below tests/, carry each number and each row."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, tree in trees.items():
        for number in _numbers(tree):
            found[number].add(name.removeprefix("tests/"))
    return found


def _numbers(tree: ast.Module) -> Iterator[str]:
    """Yield what tests carry, and what a module says of all of its own."""
    for node in ast.walk(tree):
        marks: list[ast.expr] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower().startswith("test"):
            marks = node.decorator_list
        elif isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ["pytestmark"]:
            marks = [each for each in ast.walk(node.value) if isinstance(each, ast.Call)]
        for mark in marks:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) in {
                "pytest.mark.invariant",
                "pytest.mark.fault",
            }:
                yield from (str(each.value) for each in mark.args if isinstance(each, ast.Constant))
