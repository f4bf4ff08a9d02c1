"""The program rollbook-central as a person or systemd runs it: a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

_PATIENCE_S = 60.0
INIT = ("init", "--school-code", "34000000123456", "--school-name", "Example Adult Charter")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass
class Installation:
    """A configuration file and its data folder, used only through the program."""

    folder: Path
    settings: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "central.toml").write_text(f'data_dir = "data"\n{self.settings}', encoding="utf-8")

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the command line."""
        config = str(self.folder / "central.toml")
        return [sys.executable, "-m", "central.cli", "--config", config, *map(str, arguments)]

    def run(self, *arguments: str | Path) -> Ran:
        """Run one command to its end."""
        done = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def serve(self, *arguments: str) -> "Serving":
        """Start the server; use it as a context."""
        return Serving(self.command("serve", *arguments))


@dataclass
class Serving(AbstractContextManager["Serving"]):
    """A running server; leaving the context stops it as systemd would."""

    command: Sequence[str]
    environ: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list, init=False)
    errors: list[str] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | self.environ,
        )
        self._said = threading.Condition()
        self._threads = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self.errors), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, what: str = "listening on ") -> str:
        """Wait until the server says where it is reached."""
        deadline = time.monotonic() + _PATIENCE_S
        with self._said:
            while not (found := [line for line in self.lines if what in line]):
                if self.process.poll() is not None or not self._said.wait(deadline - time.monotonic()):
                    msg = f"the server did not start: {self.lines} {self.errors}"
                    raise AssertionError(msg)
        return found[0].partition(what)[2].strip()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        code = self.process.wait(_PATIENCE_S)
        for thread in self._threads:
            thread.join(_PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return code

    def children(self) -> list[int]:
        """Return the process ids of its children."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in path.read_text().split()]

    def _read(self, stream: object, lines: list[str]) -> None:
        for line in stream:  # type: ignore[attr-defined]  # a text stream
            with self._said:
                lines.append(line.rstrip("\n"))
                self._said.notify_all()
        with self._said:
            self._said.notify_all()


def server_identity(installation: Installation) -> dict[str, object]:
    """Return server.json."""
    fields: dict[str, object] = json.loads((installation.data / "server.json").read_text())
    return fields
