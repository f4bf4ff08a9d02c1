"""Every command a person can type is told of in the documents, in the words of its own `--help`."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache

import pytest

from tests.health import source

LIST = "docs/reference/commands.md"
SCRIPTS = tomllib.loads(source.text("pyproject.toml"))["project"]["scripts"]


@cache
def commands(program: str) -> Mapping[str, str]:
    """Return the commands a program offers and what its own `--help` says of each."""
    module = SCRIPTS[program].partition(":")[0]
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=source.ROOT,
        env=os.environ | {"COLUMNS": "240"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # argparse sets the help of a long name on a line of its own.
    told = r"^ {2,4}([a-z][a-z0-9-]*)(?: {2,}|\n {6,})(\S.*)$"
    return dict(re.findall(told, done.stdout, flags=re.MULTILINE))


@pytest.mark.parametrize("program", SCRIPTS)
def test_the_list_of_commands_says_of_each_what_its_help_says(program: str) -> None:
    assert commands(program)
    rows = [f"| `{program} {name}` | {help_text} |" for name, help_text in commands(program).items()]
    listed = [line for line in source.text(LIST).splitlines() if line.startswith(f"| `{program} ")]
    assert listed == rows, "make the list say:\n" + "\n".join(rows)
