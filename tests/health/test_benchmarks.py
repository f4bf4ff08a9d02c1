"""The benchmarks: each still runs to its end, and writes its figures down."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import rows
from benchmarks.__main__ import BRIEF
from tests.health import source


@pytest.mark.parametrize("name", BRIEF)
def test_every_benchmark_still_runs(name: str, tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *BRIEF[name], "--json", said],
        cwd=source.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rows.read(said)
