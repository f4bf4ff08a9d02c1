"""Run the intake and the staff side as two processes that start, live and stop together."""

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

log = logging.getLogger(__name__)
_GRACE_S: Final = 15.0
_QUIET_S: Final = 20.0
BEAT: Final = b"."


@dataclass(slots=True)
class Child:
    """One of the processes, and when it last gave a sign of life (monotonic seconds)."""

    name: str
    process: subprocess.Popen[bytes]
    beats: int
    heard_at: float | None = None


@dataclass(slots=True)
class Family:
    """The processes; `on_life` is called every second or so from when all are ready, while all live."""

    on_life: Callable[[], None]
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], listener: socket.socket) -> None:
        """Start one child; it inherits its listening socket and one end of a pipe to beat on."""
        beats, end = os.pipe()
        arguments = ["--child", name, "--socket", str(listener.fileno()), "--beats", str(end)]
        process = subprocess.Popen(  # noqa: S603  our own program
            [*command, *arguments], pass_fds=(listener.fileno(), end), stdin=subprocess.DEVNULL
        )
        os.close(end)
        os.set_blocking(beats, False)
        self.children.append(Child(name, process, beats))

    def run(self) -> int:
        """Watch until told to stop or until one child ends; return the exit code for all."""
        stopped = _Stopped()
        with selectors.DefaultSelector() as selector:
            selector.register(stopped.wakes, selectors.EVENT_READ)
            for child in self.children:
                selector.register(child.beats, selectors.EVENT_READ, child)
            while not stopped.by_signal() and all(child.process.poll() is None for child in self.children):
                self._listen(selector)
                if self._all_live(time.monotonic()):
                    self.on_life()
        return self._stop()

    def _listen(self, selector: selectors.BaseSelector) -> None:
        for key, _ in selector.select(timeout=1.0):
            child = key.data
            if isinstance(child, Child):
                if os.read(child.beats, 4096):
                    child.heard_at = time.monotonic()
                else:
                    # Its end of the pipe is closed: it is ending, and poll() will see it.
                    selector.unregister(child.beats)

    def _all_live(self, now_s: float) -> bool:
        return all(
            child.heard_at is not None and now_s - child.heard_at < _QUIET_S for child in self.children
        )

    def _stop(self) -> int:
        codes = []
        for child in self.children:
            if (code := child.process.poll()) is not None:
                log.error("serve.child_ended name=%s code=%s", child.name, code)
                codes.append(code)
        for child in self.children:
            child.process.terminate()
        for child in self.children:
            try:
                child.process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            os.close(child.beats)
        # A child that ended by itself took the service down; its code says why.
        return next((code if code > 0 else 69 for code in codes), 0)


class _Stopped:
    """Notices SIGTERM and SIGINT, and wakes whoever waits on `wakes`."""

    def __init__(self) -> None:
        self.wakes, self._end = os.pipe()
        os.set_blocking(self._end, False)
        os.set_blocking(self.wakes, False)
        self._signals = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)
        signal.set_wakeup_fd(self._end)

    def by_signal(self) -> bool:
        """Tell whether the end was asked for."""
        return self._signals > 0

    def _note(self, number: int, frame: object) -> None:
        del number, frame
        self._signals += 1


def program() -> list[str]:
    """Return the command that runs this program again with the same Python."""
    return [sys.executable, "-m", "central.cli"]
