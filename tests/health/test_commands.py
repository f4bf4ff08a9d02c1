"""Every command a person can type is told of in the documents, and answers `--help`."""

import re
import subprocess
import sys
import tomllib
from functools import cache

import pytest

from tests.health import source

SCRIPTS = tomllib.loads(source.text("pyproject.toml"))["project"]["scripts"]


@cache
def commands(program: str) -> tuple[str, ...]:
    """Return the commands a program offers, as its own `--help` lists them."""
    module = SCRIPTS[program].partition(":")[0]
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=source.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if braces := re.search(r"\{([a-z0-9,-]+)\}", done.stdout):
        return tuple(braces[1].split(","))
    return tuple(re.findall(r"^ {2,4}([a-z][a-z0-9-]*) {2,}\S", done.stdout, flags=re.MULTILINE))


@pytest.mark.parametrize("program", SCRIPTS)
def test_every_command_is_told_of_in_the_documents(program: str) -> None:
    told = "\n".join(
        source.text(name) for name in source.tracked() if name == "README.md" or name.startswith("docs/")
    )
    assert commands(program)
    options = r"(?: --\S+ \S+)*"
    missing = [
        name for name in commands(program) if not re.search(rf"{program}{options} {name}(?![a-z0-9-])", told)
    ]
    assert missing == []
