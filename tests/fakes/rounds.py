"""What the station's rounds meet in tests: a reader as well as the test says, and what systemd heard."""

import socket
from dataclasses import dataclass, field

from station.reader import ReaderHealth
from station.reader.scripted import ScriptedReader
from tests.fakes.station import Bench


@dataclass
class Healthy(ScriptedReader):
    """A reader that is as well as the test says."""

    name: str = "nfc"
    state: str = "ready"
    cycle_ms: int | None = None
    resets: int = 0
    since_ms: int = field(default=0)
    fault: str | None = None

    def health(self) -> ReaderHealth:
        return ReaderHealth(self.state, self.since_ms, self.resets, self.cycle_ms, fault=self.fault)


def heard(notify: socket.socket) -> list[str]:
    """Return what systemd was told since the last call."""
    messages = []
    while True:
        try:
            messages.append(notify.recv(100).decode())
        except BlockingIOError:
            return messages


def signs(bench: Bench) -> list[object]:
    """Return the names of what the panel was told to show."""
    return [sign["sign"] for sign in bench.signs()]
