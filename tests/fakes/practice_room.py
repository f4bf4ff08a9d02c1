"""A practice room in a process of its own, and a person who types at it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.fakes.simulator import ROOT

DEADLINE_S = 60.0
COMMAND = [sys.executable, "-m", "station.simulator.simulate"]


def children_of(process: int) -> list[int]:
    """Return the ids of a process's children, from the kernel."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # pid (name) state ppid; the name may hold anything but is closed by the last bracket.
            if int(status.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(status.parent.name))
    return found


def is_alive(process: int) -> bool:
    """Say whether a process runs still."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class Person:
    """Somebody at a practice room, who types and reads."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--folder", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def type(self, *lines: str) -> None:
        """Type lines, each with an Enter."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()

    def read_until(self, words: str) -> str:
        """Return the first line with these words in it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if words in line:
                return self.said[-1]
        pytest.fail(f"{words!r} was never said; what was: {self.said}")

    def end(self) -> tuple[int, str]:
        """Say goodbye; return the exit code and everything that was said."""
        text, _ = self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode, "\n".join([*self.said, text])


@contextmanager
def living_in(folder: Path) -> Iterator[Person]:
    """Let a person live in a room for as long as the block lasts."""
    person = Person(folder)
    try:
        yield person
    finally:
        if person.process.poll() is None:
            person.process.terminate()
            person.process.communicate(timeout=DEADLINE_S)
