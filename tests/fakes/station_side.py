"""The station side of `rollbook-central serve` as a process of its own, on one port however often it dies."""

import os
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from central.config import ENVIRONMENT, CentralConfig, read
from central.serving.family import program
from tests.fakes.data_folder import lay_out
from tests.fakes.virtual_station import VirtualStation

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


class StationSide:
    """A folder with a configuration and the process that hears stations; use it as a context."""

    def __init__(self, folder: Path, stations: list[VirtualStation], settings: str = "") -> None:
        """Lay the folder out for these stations; `settings` follow in central.toml."""
        self.file = folder / "central.toml"
        lay_out(folder / "data", stations)
        self.file.write_text(f'data_dir = "data"\n{settings}', encoding="utf-8")
        self.config: CentralConfig = read(self.file)
        self.log = folder / "log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and return when it takes requests; raises AssertionError when it does not."""
        beats, end = os.pipe()
        with (
            socket.create_server(("127.0.0.1", self.port), backlog=512) as listener,
            self.log.open("ab") as log,
            os.fdopen(beats, "rb", buffering=0) as life,
        ):
            self.port = listener.getsockname()[1]
            told = ["--child", "stations", "--socket", str(listener.fileno()), "--beats", str(end)]
            self._process = subprocess.Popen(
                [*program(), "serve", *told],
                cwd=ROOT,
                pass_fds=(listener.fileno(), end),
                env=os.environ | {ENVIRONMENT: str(self.file)},
                stdout=log,
                stderr=log,
            )
            os.close(end)
            if not life.read(1):
                self._process.wait(PATIENCE_S)
                raise AssertionError(self.said())
            self._life = os.dup(life.fileno())

    def kill(self) -> None:
        """End the process without a word of warning."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """Ask the process to end, when there is one."""
        if self._process is not None:
            self._process.terminate()
            self._end()

    def said(self) -> str:
        """Return its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _end(self) -> None:
        assert self._process is not None
        self._process.wait(PATIENCE_S)
        os.close(self._life)
        self._process = None
