"""What a step of the acceptance is handed: the station's settings, its machine and the person."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from station.acceptance.person import Person
from station.clock import Clock
from station.config import StationSettings
from station.machine import gpio_of
from station.panel.gpio import Gpio
from station.tap import Json
from station.vitals import text_of

SCRATCH: Final = "acceptance"
"""The folder in the station's own for trial journals: on the same card, and never the real one."""

_PATIENCE_S: Final = 120
_NO_SUCH_PROGRAM: Final = 127

Ask: TypeAlias = Callable[[Sequence[str]], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Site:
    """One station as the acceptance finds it.

    `ask` runs a program and returns its exit code and what it printed; `elapsed_ns` counts time that
    passes, `wait` lets seconds pass. `kept` is what later runs are to know, and outlives a power cut
    once `keep` was called. `root` is the machine's file system.
    """

    settings: StationSettings
    person: Person
    clock: Clock
    elapsed_ns: Callable[[], int]
    wait: Callable[[float], object]
    ask: Ask
    kept: dict[str, Json]
    keep: Callable[[], None]
    boot_id: str
    root: Path = Path("/")
    gpio: Callable[[StationSettings], Gpio | None] = gpio_of

    @property
    def scratch(self) -> Path:
        """Where trial journals lie."""
        return self.settings.state_dir / SCRATCH

    def read(self, name: str) -> str:
        """Return what the kernel says in a file below the root, nothing where it says nothing."""
        return text_of(self.root / name)


def run_program(command: Sequence[str]) -> tuple[int, str]:
    """Run a program and return its exit code and what it printed, 127 where there is none such."""
    try:
        done = subprocess.run(  # noqa: S603 (the acceptance's own commands, no word of anybody else's)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _NO_SUCH_PROGRAM, str(error)
    return done.returncode, done.stdout
