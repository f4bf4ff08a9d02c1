"""Running a piece of Python under strace: its calls on its files, or faults put into them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.calls import Call
from tests.crash.transcript import TRACED, Transcript

ROOT = Path(__file__).parents[2]
LONGEST = 4 * 1024 * 1024
DEADLINE_S = 60

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed (Debian, Ubuntu: apt install strace)"
)


def calls_of(module: str, root: Path, *args: str) -> list[Call]:
    """Run a module that works below `root` and return what it asked of the disk there, in order."""
    wanted = ",".join(TRACED)
    transcript = root.parent / f"{root.name}.strace"
    how = f"-f --seccomp-bpf -y -xx -s {LONGEST} -e signal=none -e trace={wanted} -o {transcript}".split()
    run(how, module, str(root), *args)
    with transcript.open(encoding="ascii") as lines:
        calls = list(Transcript(str(root)).calls(lines))
    transcript.unlink()
    return calls


def run(strace: Sequence[str], module: str, *args: str) -> str:
    """Run a module under strace and return what it said; it must end well."""
    command = ["strace", *strace, sys.executable, "-m", module, *args]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environ, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
