"""Many real agents, each with its own journal and memory, in a few processes that start at one moment."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypedDict

from tests.fakes.virtual_station import VirtualStation

ROOT = Path(__file__).parents[2]
_HEAD_START_S = 0.5


def stations(count: int) -> list[VirtualStation]:
    """Return who belongs to a herd; only names and keys of these are used."""
    return [VirtualStation(f"st-{number:04}") for number in range(count)]


@dataclass(frozen=True, slots=True)
class Rush:
    """One time that everybody came: when each request left and its status, and when each was done."""

    requests: Sequence[tuple[float, int]]
    done: Sequence[float]
    spread_s: float

    @property
    def last_s(self) -> float:
        """When the last one had told everything."""
        return max(self.done)

    @property
    def a_second(self) -> float:
        """How many requests were carried out each second, from the first to the last end."""
        return len(self.requests) / self.last_s

    @property
    def peak(self) -> int:
        """How many requests came in the busiest second."""
        seconds = Counter(int(at_s) for at_s, _ in self.requests)
        return max(seconds.values())

    @property
    def statuses(self) -> Mapping[int, int]:
        """How often each status was answered."""
        return Counter(status for _, status in self.requests)


class Told(TypedDict):
    """What a process says after a rush; instants of the machine's monotonic clock."""

    requests: list[tuple[float, int]]
    done: list[float]
    spread_s: float


class Herd:
    """The processes; use it as a context."""

    def __init__(self, folder: Path, server: str, count: int, processes: int) -> None:
        """Make the stations' folders, each with an empty journal."""
        command = [sys.executable, "-m", "tests.fakes.herd_member", str(folder), server, str(count)]
        self._processes = [
            subprocess.Popen(
                [*command, str(number), str(processes)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(processes)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if kind is not None:
                process.kill()
            process.communicate()

    def rush(self, entries: int, *, is_spread: bool) -> Rush:
        """Have everybody tap so often without a network, and all come back at one moment.

        Spread over the window central published when last heard of, or not.
        """
        self._say({"entries": entries, "is_spread": is_spread})
        self._ready()
        start_at = time.monotonic() + _HEAD_START_S
        self._say({"start_at": start_at})
        told = self._heard()
        requests = sorted((at - start_at, status) for each in told for at, status in each["requests"])
        done = sorted(at - start_at for each in told for at in each["done"])
        return Rush(requests, done, max(each["spread_s"] for each in told))

    def _ready(self) -> None:
        for process in self._processes:
            assert _pipe(process.stdout).readline() == "ready\n"

    def _say(self, order: Mapping[str, object]) -> None:
        for process in self._processes:
            print(json.dumps(order), file=_pipe(process.stdin), flush=True)

    def _heard(self) -> list[Told]:
        return [json.loads(_pipe(process.stdout).readline()) for process in self._processes]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
