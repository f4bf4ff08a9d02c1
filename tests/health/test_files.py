"""House rules about files: none is long, each says its one responsibility, none is a drawer for leftovers."""

import ast
import re
from pathlib import PurePath

from tests.health import source

WALL = 300
DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "managers", "handlers", "lib"}


def test_no_python_file_is_longer_than_the_wall() -> None:
    lengths = {name: source.text(name).count("\n") for name in source.python_files()}
    assert {name: length for name, length in lengths.items() if length > WALL} == {}


def test_every_module_says_its_one_responsibility_in_one_sentence() -> None:
    assert [wrong for name in source.python_files() if (wrong := _docstring_fault(name))] == []


def test_no_package_or_module_is_a_drawer_for_leftovers() -> None:
    parts = {(part, name) for name in source.tracked() for part in PurePath(name).with_suffix("").parts}
    assert sorted(name for part, name in parts if part in DRAWERS) == []


def test_every_silenced_rule_says_why_on_the_same_line() -> None:
    silent = re.compile(r"#\s*(noqa(: [A-Z0-9, ]+)?|type: ignore(\[[a-z-, ]+\])?|pragma: no cover)\s*$")
    found = [
        f"{name}:{number}"
        for name in source.python_files()
        for number, line in enumerate(source.text(name).splitlines(), 1)
        if silent.search(line)
    ]
    assert found == []


def _docstring_fault(name: str) -> str | None:
    if name.startswith("tests/") and name.rpartition("/")[2].startswith("test_"):
        # The tests' names are its sentences.
        return None
    tree = source.syntax(name)
    if not tree.body and name.endswith("__init__.py"):
        return None
    docstring = ast.get_docstring(tree)
    if not docstring:
        return f"{name}: has no docstring"
    # One sentence may run over two lines; it ends once, at its end.
    sentence = " ".join(docstring.split("\n\n")[0].split())
    if not sentence.endswith("."):
        return f"{name}: its first sentence does not end in a full stop"
    if re.search(r"[.!?] [A-Z]", sentence):
        return f"{name}: its docstring begins with more than one sentence"
    return None
