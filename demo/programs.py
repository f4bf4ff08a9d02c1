"""Start, watch and stop Rollbook's own commands as the separate programs they are."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO

from demo.narrator import StoryError

PATIENCE_S = 30.0


def command(name: str) -> str:
    """Return the path of one of our commands in the environment this story runs in."""
    return str(Path(sys.executable).parent / name)


def run(arguments: Sequence[str], expected: Collection[int] = (0,)) -> str:
    """Run a command to its end and return what it printed; raise StoryError on an unexpected exit code."""
    done = subprocess.run(
        [command(arguments[0]), *arguments[1:]], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode not in expected:
        said = done.stderr.strip() or done.stdout.strip()
        msg = f"`{' '.join(arguments)}` ended with {done.returncode}: {said}"
        raise StoryError(msg)
    return done.stdout


class Program:
    """A long-running command of ours: its lines can be awaited, its input written, its end asked for."""

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = arguments[0]
        self._lines: queue.Queue[str] = queue.Queue()
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [command(arguments[0]), *arguments[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            )
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id, for ending exactly this program."""
        return self._process.pid

    def wait_for(self, text: str) -> str:
        """Return the next line with `text` in it; raise StoryError when none will come."""
        deadline = time.monotonic() + PATIENCE_S
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=min(left, 0.2))
            except queue.Empty:
                if self._process.poll() is not None and self._lines.empty():
                    break
                continue
            if text in line:
                return line
        msg = f"{self.name} never said {text!r} (exit code {self._process.poll()}); its log is {self._log}"
        raise StoryError(msg)

    def lines(self) -> list[str]:
        """Return the lines printed since anybody last looked."""
        found: list[str] = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._lines.get_nowait())
        return found

    def tell(self, line: str) -> None:
        """Write one line to the program's input."""
        if self._process.stdin is None:
            raise StoryError(self.name)
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def stop(self) -> int:
        """Ask the program to end and return its exit code; end it by force when it does not listen."""
        self._hush()
        self._process.terminate()
        try:
            return self._process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def finish(self, last_word: str) -> int:
        """Tell the program to end in its own words and return its exit code."""
        self.tell(last_word)
        return self._process.wait(timeout=PATIENCE_S)

    def kill(self) -> None:
        """Cut the program off, as a power failure would."""
        self._process.kill()
        self._process.wait()
        self._hush()

    def _hush(self) -> None:
        """Say no more to the program."""
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()

    def _listen(self, stream: IO[str]) -> None:
        """Pass on what the program prints, line by line."""
        with stream:
            for line in stream:
                self._lines.put(line.rstrip("\n"))
