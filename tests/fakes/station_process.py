"""A real `rollbook-station` process with a 125 kHz reader whose wire the test holds."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from pathlib import Path

from station.journal import FILE_NAME
from station.verdict import State

ROOT = Path(__file__).parents[2]
KEY_HEX = bytes(range(32)).hex()
DEADLINE_S = 30.0

_CONFIG = """
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "scanner"
kind = "serial-line"
port = "{port}"
baud = 9600
format = "rdm6300"
[panel]
kind = "recorded"
record_to = "panel.jsonl"
"""


def wait_for(is_so: Callable[[], bool], what: str, within_s: float = DEADLINE_S) -> None:
    """Poll until it is so, or fail after the deadline."""
    pause, end = threading.Event(), time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, f"{what} did not happen in {within_s} s"
        pause.wait(0.02)


@dataclass
class Room:
    """A configured station in a folder; `start` it, `tap` at it, ask its commands."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.wire, self._line = pty.openpty()
        # The line stays open here, so that the port outlives a station that ends.
        tty.setraw(self._line)
        self.config = self.folder / "station.toml"
        self.config.write_text(_CONFIG.format(port=os.ttyname(self._line)), encoding="utf-8")
        key = self.folder / "school.key"
        key.write_text(KEY_HEX, encoding="utf-8")
        key.chmod(0o600)

    @property
    def state(self) -> Path:
        """The station's folder."""
        return self.folder / "state"

    def arguments(self, command: str, *options: str) -> list[str]:
        """Return the command line of one of the station's commands."""
        return [sys.executable, "-m", "station.cli", command, *options, "--config", str(self.config)]

    def ask(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run one of the short commands to its end."""
        return subprocess.run(
            self.arguments(command, *options),
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
            cwd=ROOT,
            env={**os.environ, **self.environ},
        )

    def start(self) -> None:
        """Start the station and wait until its reader works."""
        self.begin()
        wait_for(lambda: self.is_ready, "the reader being ready")

    def begin(self) -> None:
        """Start the station and wait for nothing."""
        # A killed station could not take back what it said of itself.
        with suppress(FileNotFoundError, NotADirectoryError):
            (self.state / "status.json").unlink()
        self.process = subprocess.Popen(
            self.arguments("run"),
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **self.environ},
        )

    @property
    def is_ready(self) -> bool:
        """Say whether the station answers taps and its reader works."""
        return self._reader_state() == "ready"

    def tap(self, number: str) -> dict[str, object]:
        """Hold a 125 kHz card to the reader and return the sign that answers it."""
        before = len(self.signs())
        check = reduce(xor, bytes.fromhex(number))
        os.write(self.wire, b"\x02" + f"{number}{check:02x}".upper().encode() + b"\x03")
        wait_for(lambda: len(self.signs()) > before, "an answer to a tap")
        return self.signs()[before]

    def tamper(self, seq: int) -> None:
        """Change an entry that names the scanner, as nobody can without leaving a trace."""
        file = sqlite3.connect(self.state / FILE_NAME)
        file.execute("DROP TRIGGER entry_is_never_changed")
        changed = "UPDATE entry SET body = CAST(REPLACE(body, 'scanner', 'skanner') AS BLOB) WHERE seq = ?"
        file.execute(changed, (seq,))
        file.commit()
        file.close()

    def signs(self) -> list[dict[str, object]]:
        """Return what was shown for taps, oldest first; states of the station itself are left out."""
        file = self.folder / "panel.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        shown = [json.loads(line) for line in lines]
        states = {state.name for state in State}
        return [sign for sign in shown if sign["sign"] not in states]

    def read_log(self, event: str) -> None:
        """Read what the station logs until it logs this event."""
        assert self.process is not None
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if f" {event} " in line:
                return
        msg = f"the station ended without {event}"
        raise AssertionError(msg)

    def stop(self, number: int) -> tuple[int, str]:
        """Send the station a signal; return how it ended and what it logged."""
        assert self.process is not None
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=DEADLINE_S)
        code, self.process = self.process.returncode, None
        return code, log

    def close(self) -> None:
        """End what still runs and let go of the wire."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        os.close(self.wire)
        os.close(self._line)

    def _reader_state(self) -> str | None:
        assert self.process is not None
        assert self.process.poll() is None, self.process.communicate()[1]
        try:
            status = json.loads((self.state / "status.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return str(status["readers"]["scanner"]["state"])
