"""A real PostgreSQL server on a free loopback port, made for one test run and thrown away with it."""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

_FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
BIN = _FOUND[-1].parent if _FOUND else None
MISSING = "no PostgreSQL server here; apt install postgresql"
"""The one line a test that needs the server is skipped with."""
_PATIENCE_S = 60.0
_ACCOUNT = "postgres"
USER = "rollbook"


@dataclass
class Cluster:
    """One server and its folder; `kill` is the power cut of its processes, `start` after it recovers."""

    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.folder / "data"

    @property
    def is_running(self) -> bool:
        """Whether its first process is there; one that was killed leaves its pid file behind."""
        return (self.data / "postmaster.pid").exists() and _lives(self._first_pid())

    def url(self, database: str = "rollbook") -> str:
        """Return how to reach a database of this server."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Make an empty cluster; it trusts whoever reaches this loopback port."""
        run(
            self,
            "initdb",
            "-D",
            self.data,
            "-A",
            "trust",
            "-U",
            USER,
            "-E",
            "UTF8",
            "--locale=C",
            "--data-checksums",
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            **self.settings,
        }
        told = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = self.folder / "log"
        run(self, "pg_ctl", "-D", self.data, "-w", "-t", int(_PATIENCE_S), "-l", log, "-o", told, "start")

    def stop(self, how: str = "fast") -> None:
        """End the server as its service manager would, when it runs; `immediate` waits for no standby."""
        if self.is_running:
            run(self, "pg_ctl", "-D", self.data, "-m", how, "-w", "stop")

    def kill(self) -> None:
        """End every process of the server at once, with no chance to write anything."""
        first = self._first_pid()
        # While it stands still it begins no process, and whoever ends stays listed.
        os.kill(first, signal.SIGSTOP)
        pids = [*_children(first), first]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                os.kill(pid, number)
        wait(lambda: not any(map(_lives, pids)), "the killed server to be gone")
        # A process nobody has asked for its end would be taken for a server that runs.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def create(self, database: str) -> str:
        """Make an empty database and return how to reach it."""
        with closing(psycopg.connect(self.url("postgres"), autocommit=True)) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def _first_pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])


@contextmanager
def cluster(settings: dict[str, str] | None = None) -> Iterator[Cluster]:
    """Run a server with a database `rollbook`, and throw both away."""
    with folder() as place:
        found = Cluster(place, free_port(), settings or {})
        found.make()
        found.start()
        try:
            found.create("rollbook")
            yield found
        finally:
            found.stop()


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that the server's account may use, whoever runs the tests."""
    # Not in the folder of the tests: only its owner may enter that, and the server refuses to run as root.
    place = Path(tempfile.mkdtemp(prefix="rollbook-pg-"))
    try:
        if os.getuid() == 0:
            account = pwd.getpwnam(_ACCOUNT)
            os.chown(place, account.pw_uid, account.pw_gid)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(cluster: Cluster, program: str, *arguments: object) -> str:
    """Run one of PostgreSQL's programs as the server's account and return what it said."""
    if BIN is None:
        raise AssertionError(MISSING)
    command = [*_as_account(), str(BIN / program), *map(str, arguments)]
    # Its log is a file: a pipe would be held open by the server that was started.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=cluster.folder,
            timeout=_PATIENCE_S,
            check=False,
        )
        said.seek(0)
        text = said.read()
    if done.returncode:
        log = cluster.folder / "log"
        msg = f"{program} ended with {done.returncode}: {text}{log.read_text() if log.exists() else ''}"
        raise AssertionError(msg)
    return text


def _as_account() -> Sequence[str]:
    if os.getuid() != 0 or getpass.getuser() == _ACCOUNT:
        return []
    return ["setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"]


def _lives(pid: int) -> bool:
    try:
        # Whose parent never asks how it ended is listed on, as Z.
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [child for first in map(int, found) for child in (first, *_children(first))]


def wait(is_so: Callable[[], bool], what: str) -> None:
    """Return when something is so; raises AssertionError when it does not come to be."""
    until = time.monotonic() + _PATIENCE_S
    while not is_so():
        if time.monotonic() > until:
            msg = f"waited in vain for {what}"
            raise AssertionError(msg)
        time.sleep(0.02)
