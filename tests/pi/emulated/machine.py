"""QEMU as one Raspberry Pi 3: its power, its firmware, and the wires to all that is outside of it."""

import selectors
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from station.simulator.field import Field
from tests.pi.emulated.console import Console
from tests.pi.emulated.monitor import Monitor
from tests.pi.emulated.pins import Pins
from tests.pi.emulated.reader_line import ReaderLine

_CHUNK: Final = 65536
Plug = Callable[[Mapping[str, int]], Sequence[str]]


class Outside(Protocol):
    """What is at the other end of a wire; `power_on` gives it the way to send at each start."""

    def power_on(self, send: Callable[[bytes], None]) -> None:
        """Be wired to a board that was just switched on."""

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the board."""


class Machine:
    """One board, over all its starts.

    It starts again by itself when the system asks for that, and stays off when the system has halted, as a
    Pi does. Of every start `at_shell` is told, in a thread of its own, once a shell listens.
    """

    def __init__(self, field: Field, log: Path, at_shell: Callable[[], None]) -> None:
        self.pins, self.console, self.monitor = Pins(), Console(log), Monitor()
        self.reader = ReaderLine(field)
        self.starts = 0
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._is_off = True
        self._at_shell = at_shell
        self._greeted = Future[None]()
        self._life = threading.Thread()
        self._is_wired = threading.Event()
        self._switch = threading.Lock()
        self._outside: Mapping[str, Outside] = {
            "reader": self.reader,
            "console": self.console,
            "monitor": self.monitor,
            "pins": self.pins,
        }

    @property
    def pid(self) -> int | None:
        """Return QEMU's process id; None when the power is off."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def power_on(self, plug: Plug) -> None:
        """Switch on; before every start `plug` gives QEMU's command for the descriptors of the wires by name.

        Errors: what `plug` raises, or OSError, when there is no such program. One that ends at once leaves a
        board that is off.
        """
        assert self._is_off, "the power is on already"
        self._is_off = False
        self._fault: BaseException | None = None
        self._is_wired.clear()
        self._life = threading.Thread(target=self._live, args=(plug,), name="emulated board", daemon=True)
        self._life.start()
        self._is_wired.wait()
        if self._fault:
            raise self._fault

    def cut(self) -> None:
        """Take the power away at once; what the card has accepted stays."""
        with self._switch:
            self._is_off = True
            if self._process:
                self._process.kill()
        if self._life.ident:
            self._life.join()

    def wait_for_shell(self, timeout_s: float) -> None:
        """Wait until a shell listens and `at_shell`, which every start calls by itself then, is done.

        Errors: what `at_shell` raises; TimeoutError, and ConnectionError when the board is off.
        """
        self.console.wait_for_shell(timeout_s)
        self._greeted.result(timeout_s)

    def wait_until_off(self, timeout_s: float) -> None:
        """Wait until the board is off by itself: its system has halted, or the board broke."""
        self._life.join(timeout_s)
        if self._life.is_alive():
            msg = f"the board did not switch itself off within {timeout_s:g} s"
            raise TimeoutError(msg)

    def _live(self, plug: Plug) -> None:
        try:
            while self._start(plug):
                """Start again."""
        except BaseException as error:  # noqa: BLE001 (whoever switched on is told)
            self._fault = error
        finally:
            if self._process:
                # Still there only where a wire broke, not the board.
                self._process.kill()
                self._process.wait()
            why = f"the board is off ({self.monitor.why_it_ended()}); what it said last is in {self._log}"
            self.console.hang_up(why)
            self.monitor.hang_up(why)
            self._is_wired.set()

    def _start(self, plug: Plug) -> bool:
        """Start once and serve until it ends; return whether it is to start again."""
        ends = {name: socket.socketpair() for name in self._outside}
        ours = {name: end for name, (end, _theirs) in ends.items()}
        theirs = {name: end.fileno() for name, (_ours, end) in ends.items()}
        try:
            with self._switch, self._log.open("ab") as log:
                if self._is_off:
                    return False
                self._process = subprocess.Popen(
                    plug(theirs),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=tuple(theirs.values()),
                )
            self.starts += 1
            for _ours, end in ends.values():
                end.close()
            for name, end in ours.items():
                # A QEMU that ended at once hears nothing; that the board is off is found while serving.
                with suppress(BrokenPipeError):
                    self._outside[name].power_on(end.sendall)
            self._greeted = Future()
            threading.Thread(target=self._greet, args=(self.starts, self._greeted), daemon=True).start()
            self._is_wired.set()
            self._serve(ours)
            self._process.wait()
        finally:
            for pair in ends.values():
                for end in pair:
                    end.close()
        return self.monitor.why_it_ended() == "guest-reset"

    def _greet(self, start: int, greeted: Future[None]) -> None:
        """Tell of the shell of a start; of none where the board starts anew or loses its power before."""
        try:
            self.console.wait_for_shell(threading.TIMEOUT_MAX)
            if self.starts == start:
                self._at_shell()
        except ConnectionError:
            """The board is off, which whoever waits for the shell hears from the console."""
        except BaseException as error:  # noqa: BLE001 (whoever waits for the shell is told)
            greeted.set_exception(error)
            return
        greeted.set_result(None)

    def _serve(self, ours: Mapping[str, socket.socket]) -> None:
        """Carry what comes over the wires until QEMU ends."""
        with selectors.DefaultSelector() as selector:
            for name, end in ours.items():
                selector.register(end, selectors.EVENT_READ, name)
            while True:
                for key, _events in selector.select(self.reader.wait_s()):
                    try:
                        data = ours[key.data].recv(_CHUNK)
                    except ConnectionResetError:
                        return
                    if not data:
                        return
                    self._outside[key.data].feed(data)
                self.reader.send_due()
