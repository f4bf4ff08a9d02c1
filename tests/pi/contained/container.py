"""One life of a system under systemd-nspawn: from its first process to its last."""

import itertools
import os
import pty
import selectors
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.fakes.station_process import wait_for

NEEDED: Final = ("systemd-nspawn", "nsenter", "ip")
REBOOTED: Final = 133
"""How systemd-nspawn ends when the system inside asked to be started again."""
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
_ENDING_S: Final = 60
_CHUNK: Final = 65_536
_HIERARCHIES: Final = (Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified"))
_UNIFIED: Final = Path("/sys/fs/cgroup")
_PYTHON: Final = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
_numbers = itertools.count(1)


def why_not() -> str | None:
    """Return why no system can be started here, and what to do about it; None where one can."""
    if os.geteuid() != 0 or not all(map(shutil.which, NEEDED)):
        return "needs root, systemd-nspawn and ip: apt install systemd-container iproute2"
    if not all(os.access(group.parent, os.W_OK) for group in _groups("-")):
        return "needs control groups that may be written: run it outside of another container"
    if not _PYTHON.exists():
        return f"needs the system's own {_PYTHON.name}, as the wheels of this environment are for it"
    return None


class Container:
    """A system that runs; `arguments` say to systemd-nspawn of what it is made and to its systemd what to do.

    What the system writes to its console goes into a file. Whoever starts one ends it by `kill`.
    """

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        self.console = folder / "console"
        self.leader = 0
        self._name = f"rollbook-{os.getpid()}-{next(_numbers)}"
        self._changed = threading.Condition()
        self._is_up = self._has_ended = False
        # The path of a socket is short; that of a test's folder is not.
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._told.bind(f"\0{self._name}")
        terminal, theirs = pty.openpty()
        self._process = self._begin(theirs, arguments)
        os.close(theirs)
        self._thread = threading.Thread(target=self._listen, args=(terminal,), daemon=True)
        self._thread.start()

    def _begin(self, terminal: int, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        command = [
            # Without bpf systemd holds no unit to its devices and addresses.
            *("systemd-nspawn", "--boot", "--register=no", "--keep-unit", "--link-journal=no"),
            *("--private-network", "--console=interactive", "--notify-ready=yes", "--resolv-conf=off"),
            *("--timezone=off", "--system-call-filter=bpf", f"--machine={self._name}", *arguments),
        ]
        # Two systems in one control group would end each other's processes.
        groups = _groups(self._name)
        for group in groups:
            group.mkdir()
        entered = "".join(f"echo $$ > {group}/cgroup.procs && " for group in groups)
        return subprocess.Popen(
            ["sh", "-c", f'{entered}exec "$@"', "sh", *command],
            env={
                "PATH": PATH,
                "NOTIFY_SOCKET": f"@{self._name}",
                # Otherwise it follows this system, which may have the hierarchies of long ago.
                "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
            },
            # Without a terminal it waits for one.
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )

    def wait_until_begun(self, timeout_s: float) -> None:
        """Wait until there is a first process."""
        self._wait(lambda: self.leader > 0 or self._has_ended, "begin", timeout_s)

    def wait_until_up(self, timeout_s: float) -> bool:
        """Wait until the system has started all it was to start; return False if it ended before."""
        self._wait(lambda: self._is_up or self._has_ended, "come up", timeout_s)
        return not self._has_ended

    def wait_until_ended(self, timeout_s: float) -> int:
        """Wait until the system ends by itself; return how systemd-nspawn ended."""
        self._wait(lambda: self._has_ended, "end", timeout_s)
        return self._process.wait(_ENDING_S)

    def inside(self, *command: str) -> list[str]:
        """Return the command line that runs a command as root inside."""
        return ["nsenter", "--target", str(self.leader), "--all", "env", "-i", f"PATH={PATH}", *command]

    def kill(self) -> None:
        """End every process at once: with its first one the kernel ends all of a system; twice is no harm."""
        if not self._has_ended and self.leader:
            with suppress(ProcessLookupError):
                os.kill(self.leader, 9)
        elif not self._has_ended:
            self._process.kill()
        self._process.wait(_ENDING_S)
        self._thread.join(_ENDING_S)
        self._told.close()
        groups = _groups(self._name)
        what = f"the end of the processes of {self._name}"
        wait_for(lambda: all(_is_removed(group) for group in groups), what, _ENDING_S)

    def said(self) -> str:
        """Return the last of what was written to the console."""
        return self.console.read_text(errors="replace")[-4_000:]

    def _wait(self, is_so: Callable[[], bool], what: str, timeout_s: float) -> None:
        with self._changed:
            if not self._changed.wait_for(is_so, timeout_s):
                msg = f"the system did not {what} in {timeout_s:.0f} s:\n{self.said()}"
                raise TimeoutError(msg)

    def _listen(self, terminal: int) -> None:
        ended = os.pidfd_open(self._process.pid)
        with self.console.open("ab", buffering=0) as console, selectors.DefaultSelector() as selector:
            for descriptor in (terminal, self._told.fileno(), ended):
                selector.register(descriptor, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _events in selector.select()}
                if self._told.fileno() in ready:
                    self._hear(self._told.recv(_CHUNK).decode())
                if terminal in ready:
                    try:
                        console.write(os.read(terminal, _CHUNK))
                    except OSError:
                        selector.unregister(terminal)
                elif ended in ready:
                    break
        os.close(terminal)
        os.close(ended)
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _hear(self, told: str) -> None:
        with self._changed:
            for line in told.splitlines():
                name, _, value = line.partition("=")
                if name == "X_NSPAWN_LEADER_PID":
                    self.leader = int(value)
                elif name == "READY":
                    self._is_up = True
            self._changed.notify_all()


def _groups(name: str) -> list[Path]:
    return [folder / name for folder in _HIERARCHIES if folder.exists()] or [_UNIFIED / name]


def _is_removed(group: Path) -> bool:
    """Remove a control group with all below it; say whether it has gone."""
    for folder, _below, _files in os.walk(group, topdown=False):
        with suppress(OSError):
            Path(folder).rmdir()
    return not group.exists()
