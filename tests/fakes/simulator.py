"""The practice bench in a process of its own, and a listener that runs a reader in a thread."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

from station.reader import Presented, Reader, ReaderEvent, Removed, TwoCards, Unreadable

ROOT = Path(__file__).parents[2]
DEADLINE_S = 10.0

E = TypeVar("E", bound=ReaderEvent)


class PractiseBench:
    """`rollbook-station practise` as a person would use it, one line at a time."""

    def __init__(self, folder: Path, *, scanner: bool = False, options: Sequence[str] | None = None) -> None:
        self.link = folder / "reader"
        self.scanner_link = folder / "scanner"
        if options is None:
            options = ["--link", str(self.link)]
            options += ["--scanner-link", str(self.scanner_link)] if scanner else []
        command = [sys.executable, "-m", "station.simulator.practise", *options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.first = self._answer()

    def do(self, line: str) -> dict[str, object]:
        """Type one line, which must be doable, and return its answer."""
        answer = self.type(line)
        assert answer["ok"], answer
        return answer

    def type(self, line: str) -> dict[str, object]:
        """Type one line and return its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._answer()

    def trace(self) -> list[str]:
        """Return what went over the line since the last call."""
        trace = self.do("trace")["trace"]
        assert isinstance(trace, list)
        return trace

    def executed(self) -> dict[str, int]:
        """Return how often the chip did each command, by its code in hex."""
        commands = self.do("status")["commands"]
        assert isinstance(commands, dict)
        return commands

    def end(self) -> int:
        """Say goodbye and return the exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):
            # A line it never took goes with it.
            self.process.stdin.close()
        code = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        return code

    def _answer(self) -> dict[str, object]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the practice bench has gone"
        answer = json.loads(line)
        assert isinstance(answer, dict)
        return answer


@contextmanager
def practising(
    folder: Path, *, scanner: bool = False, options: Sequence[str] | None = None
) -> Iterator[PractiseBench]:
    """Run a practice bench for as long as the block lasts."""
    bench = PractiseBench(folder, scanner=scanner, options=options)
    try:
        yield bench
    finally:
        bench.end()


class Listener:
    """Runs a reader and keeps everything it reports, and whatever it should never have raised."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.events: list[ReaderEvent] = []
        self.raised: list[BaseException] = []
        self._queue: queue.SimpleQueue[ReaderEvent] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()
        assert not self.raised, self.raised

    def stop(self) -> None:
        """Ask the reader to end and see that it does."""
        self._stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the reader did not stop"

    def wait_for(self, kind: type[E]) -> E:
        """Return the next event of this kind; fail when none comes in time."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                event = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                msg = f"no {kind.__name__} came; what came: {self.events}"
                raise AssertionError(msg) from None
            self.events.append(event)
            if isinstance(event, kind):
                return event

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds, looking at it after every event and every little while."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, f"it never came to be; what came: {self.events}"
            try:
                self.events.append(self._queue.get(timeout=0.01))
            except queue.Empty:
                continue

    def let_cycles_pass(self, count: int) -> None:
        """Wait until the reader has looked so often again."""
        target = self.cycles() + count
        self.wait_until(lambda: self.cycles() >= target)

    def cycles(self) -> int:
        """Return how often the reader has looked."""
        return self.reader.health().counters.get("cycle", 0)

    def about_cards(self) -> list[str]:
        """Return what was reported of cards so far: the value, or the name of the event."""
        return [
            event.credential.value if isinstance(event, Presented) else type(event).__name__
            for event in self.events
            if isinstance(event, Presented | Removed | TwoCards | Unreadable)
        ]

    def _run(self) -> None:
        try:
            self.reader.run(self._queue.put, self._stop)
        except BaseException as error:  # noqa: BLE001 (whatever it is: a reader never raises)
            self.raised.append(error)
