"""Every line of the school's emergency procedure names a test, and each named test exists."""

import ast
import re

from tests.health import source

PAGE = "docs/reference/sop-emergencies.md"
LINES = {f"10.{number}" for number in range(1, 9)}


def rows() -> list[list[str]]:
    """Return the lines of the table, cell by cell."""
    told = [line.strip("|").split("|") for line in source.text(PAGE).splitlines() if line.startswith("| 10.")]
    return [[cell.strip() for cell in cells] for cells in told]


def test_every_part_of_the_procedure_is_in_the_table() -> None:
    assert {row[0].split()[0].rstrip(",") for row in rows()} == LINES
    assert all(len(row) == 4 and all(row) for row in rows())


def test_each_line_names_a_test_that_exists() -> None:
    wrong = []
    for line, _, _, proof in rows():
        for name in re.findall(r"`([^`]+)`", proof) or [""]:
            file, _, test = name.partition("::")
            there = file in source.tracked() and test in {
                node.name for node in source.syntax(file).body if isinstance(node, ast.FunctionDef)
            }
            if not there:
                wrong.append(f"{line}: there is no test {name!r}")
    assert wrong == []
