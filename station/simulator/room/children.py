"""The two programs of a practice room, started, spoken to and ended by their ids."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from station.errors import StationError
from station.simulator.room.furniture import Folder

_PATIENCE_S: Final = 10.0


class ChildError(StationError):
    """A program of the room that cannot be started, or is gone."""


def _start(arguments: Sequence[str], stdin: int, stdout: int, stderr: int) -> subprocess.Popen[str]:
    """Start one of our own programs, out of reach of the terminal's Ctrl-C: its end is ours to order."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(  # noqa: S603 (a program of our own, and words of our own)
        command, stdin=stdin, stdout=stdout, stderr=stderr, text=True, start_new_session=True
    )


class ChipProcess:
    """The practice bench: each line typed to it is answered by one line of JSON."""

    def __init__(self, folder: Folder) -> None:
        arguments = ["station.simulator.practise", *folder.links(), "--wallet", str(folder.wallet)]
        with folder.log.open("ab") as log:
            self._process = _start(arguments, subprocess.PIPE, subprocess.PIPE, log.fileno())
        try:
            self._answer()
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The id it is ended by."""
        return self._process.pid

    def do(self, line: str) -> dict[str, object]:
        """Type one line and return its answer."""
        if self._process.stdin is None or self._process.poll() is not None:
            raise ChildError(_gone("reader"))
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ChildError(_gone("reader")) from error
        return self._answer()

    def end(self) -> None:
        """Let it end by the end of its input, or by force."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        _await(self._process)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _answer(self) -> dict[str, object]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise ChildError(_gone("reader"))
        answer: dict[str, object] = json.loads(line)
        return answer


class StationProcess:
    """The station: it runs, it is ended politely, or it is cut off as by a power failure."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int | None:
        """The id it is ended by, None while it does not run."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it, unless it runs."""
        if self._process is not None:
            return
        # What a killed one said of itself is not true of this one.
        self._folder.status.unlink(missing_ok=True)
        arguments = ["station.cli", "run", "--config", str(self._folder.settings)]
        with self._folder.log.open("ab") as log:
            self._process = _start(arguments, subprocess.DEVNULL, log.fileno(), log.fileno())

    def kill(self) -> None:
        """Cut it off."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is not None:
            self._process.terminate()
            _await(self._process)
            self._process = None

    def ended(self) -> int | None:
        """Return the exit code of one that ended by itself, once; None while there is none."""
        code = None if self._process is None else self._process.poll()
        if code is not None:
            self._process = None
        return code


def _await(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _gone(which: str) -> str:
    return f"the emulated {which} is gone; quit and start the room again"


def last_line(log: Path) -> str:
    """Return the last line of a log, to tell why a program ended."""
    with log.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 2_000))
        lines = file.read().decode(errors="replace").splitlines()
    return lines[-1] if lines else ""
