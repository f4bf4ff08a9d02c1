"""Reads our unit files as systemd does: sections, repeated keys, and the system calls a unit leaves."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "systemd"
SERVICES = sorted(file.name for file in FOLDER.glob("*.service"))
TIMERS = sorted(file.name for file in FOLDER.glob("*.timer"))
PATHS = sorted(file.name for file in FOLDER.glob("*.path"))
PROGRAMS = re.compile(r"/opt/rollbook/(?:current|good)/bin/")
"""What runs is in `current`; what decides about a release on trial comes from the one before, `good`."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit file: its (key, value) lines in order."""

    lines: Sequence[tuple[str, str]]

    def all(self, key: str) -> list[str]:
        """Return every value of a key."""
        return [value for name, value in self.lines if name == key]

    def account(self) -> str:
        """Return the account the service runs as."""
        return (self.all("User") or ["root"])[-1]

    def one(self, key: str) -> str:
        """Return the only value of a key."""
        (value,) = self.all(key)
        return value


def read(name: str) -> Unit:
    """Read one unit file of the project."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    pairs = re.findall(r"^([A-Za-z]+)=(.*)$", text, flags=re.MULTILINE)
    return Unit([(key, value.strip()) for key, value in pairs])


def copy_runnable(to: Path, program: Path) -> list[Path]:
    """Copy all units into a folder with every program of ours replaced by one that exists here."""
    copies = []
    for name in [*SERVICES, *TIMERS, *PATHS]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        copy = to / name
        runnable = re.sub(PROGRAMS.pattern + "[a-z-]+", str(program), text)
        copy.write_text(runnable, encoding="utf-8")
        copies.append(copy)
    return copies


def allowed_calls(unit: Unit) -> set[str]:
    """Return the system calls a unit's filters leave, with systemd's own groups written out."""
    allowed: set[str] = set()
    for value in unit.all("SystemCallFilter"):
        calls = {call for word in value.lstrip("~").split() for call in group(word)}
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    if "yes" in unit.all("ProtectClock"):
        # A second filter of systemd's own, which no SystemCallFilter= line can open again.
        allowed -= group("@clock")
    return allowed


@cache
def group(word: str) -> frozenset[str]:
    """Return the system calls of a word in a filter: itself, or the members of an @group."""
    if not word.startswith("@"):
        return frozenset({word})
    said = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True, check=True
    )
    words = [line.split("#")[0].strip() for line in said.stdout.splitlines()[1:]]
    return frozenset(call for found in words if found for call in group(found))
