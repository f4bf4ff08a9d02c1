"""A central's intake as `serve` starts it, in a process of its own, with its commits counted beside it."""

import mmap
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from benchmarks import processes
from central import config
from central.config import CentralConfig
from tests.fakes.server_certificate import make_certificate

ROOT: Final = Path(__file__).parents[1]
COUNTS, GROUP = "ROLLBOOK_BELL_COUNTS", "ROLLBOOK_BELL_GROUP"
_COUNTS: Final = struct.Struct("QQ")
_PATIENCE_S: Final = 60
_DAYS: Final = 3_650
INIT: Final = ("init", "--school-code", "34000000123456", "--school-name", "Example Adult Charter")


@dataclass(frozen=True, slots=True)
class Usage:
    """What an intake has used: CPU seconds, the most memory it held, its commits and the requests in them."""

    cpu_s: float
    peak_mib: float
    commits: int
    requests: int

    def since(self, before: "Usage") -> "Usage":
        """Return what was used after another moment; a new process begins with no CPU used."""
        cpu_s = self.cpu_s - before.cpu_s if self.cpu_s > before.cpu_s else self.cpu_s
        return Usage(cpu_s, self.peak_mib, self.commits - before.commits, self.requests - before.requests)


class Central:
    """A folder with a configuration, and the intake that serves it; use it as a context."""

    def __init__(
        self, folder: Path, settings: str = "", *, tls: bool = True, group: int | None = None
    ) -> None:
        """Found it; nothing listens yet. `group` bounds the requests of one commit."""
        self._folder = folder
        self._group = group
        self.certificate = folder / "tls" / "cert.pem" if tls else None
        text = f'data_dir = "data"\n{settings}'
        if tls:
            made = make_certificate(folder / "tls", _DAYS)
            text += f'[tls]\ncertificate = "{made.certificate}"\nkey = "{made.key}"\n'
        (folder / "central.toml").write_text(text, encoding="utf-8")
        subprocess.run(self._command(*INIT), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with (folder / "counts").open("wb") as file:
            file.write(bytes(_COUNTS.size))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._folder / "data"

    @property
    def config(self) -> CentralConfig:
        """What it is told."""
        return config.read(self._folder / "central.toml")

    @property
    def log(self) -> Path:
        """What the intake says beside its answers."""
        return self._folder / "central.log"

    @property
    def pid(self) -> int:
        """The intake's process."""
        assert self._process is not None
        return self._process.pid

    def commission(self, keyring: str) -> None:
        """Rename a keyring into place."""
        draft = self.data / "keyring.new"
        draft.write_text(keyring, encoding="utf-8")
        draft.replace(self.data / "keyring.json")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the intake and return when it takes requests."""
        listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = listener.getsockname()[1]
        ear, mouth = os.pipe()
        child = ("--child", "stations", "--socket", str(listener.fileno()), "--beats", str(mouth))
        environ = os.environ | {COUNTS: str(self._folder / "counts")}
        if self._group is not None:
            environ[GROUP] = str(self._group)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("serve", *child),
                cwd=ROOT,
                env=environ,
                pass_fds=(listener.fileno(), mouth),
                stderr=log,
            )
        os.close(mouth)
        listener.close()
        self._ear = ear
        if not os.read(ear, 1):
            msg = f"the intake did not start: {self.log.read_text()}"
            raise RuntimeError(msg)

    def stop(self) -> None:
        """End it as systemd would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_S)
            os.close(self._ear)
            self._process = None

    def kill(self) -> None:
        """End it without a word of warning."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(_PATIENCE_S)
        os.close(self._ear)
        self._process = None

    def usage(self) -> Usage:
        """Return what the intake has used so far."""
        commits, requests = _COUNTS.unpack((self._folder / "counts").read_bytes())
        return Usage(processes.cpu_s([self.pid]), processes.peak_mib(self.pid), commits, requests)

    def _command(self, *arguments: str) -> Sequence[str]:
        module = "benchmarks.bell_central" if arguments[0] == "serve" else "central.cli"
        return [sys.executable, "-m", module, "--config", str(self._folder / "central.toml"), *arguments]


def _counted() -> None:
    """Count commits and the requests in them in a file others read, and bound a group where asked."""
    from central.intake import writer
    from central.intake.reply import Reply

    with Path(os.environ[COUNTS]).open("r+b") as file:
        counts = mmap.mmap(file.fileno(), _COUNTS.size)
    write = writer.Writer._write  # noqa: SLF001 (what is counted here is the inside)

    def counting(self: writer.Writer, group: Sequence[writer._Waiting]) -> list[Reply]:
        replies = write(self, group)
        commits, requests = _COUNTS.unpack(counts[:])
        counts[:] = _COUNTS.pack(commits + 1, requests + len(group))
        return replies

    writer.Writer._write = counting  # type: ignore[method-assign]  # noqa: SLF001  what is measured is the inside
    if GROUP in os.environ:
        writer.GROUP = int(os.environ[GROUP])  # type: ignore[misc]  # what a commit for each costs


if __name__ == "__main__":
    from central.cli import main

    _counted()
    sys.exit(main())
