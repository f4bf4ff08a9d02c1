"""What an entry in the journal costs above a bare write that has reached the disk, as one ratio."""

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from station.clock import SystemClock
from station.journal import Identity, Journal
from station.tap import VERSION, Entry, Kind, Tap, encode

WARM_UP = 20
ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ratios of the rounds: their median, and between what a middle half of them lies."""

    median: float
    low: float
    high: float
    rounds: int


def measure(folder: Path, rounds: int) -> Outcome:
    """Append taps to a journal and the same bytes to a plain file, in turns, and compare round by round.

    Neighbours in time meet the same disk in the same mood; what disturbs one disturbs the other. Who goes
    first changes each round, so that neither always finds the other's work still in the device.
    """
    clock = SystemClock(boot=1)
    journal = Journal.open(
        folder / "journal.sqlite",
        Identity("st-bench", "00000000000000", "benchmark"),
        clock.reading(),
        partial(secrets.randbits, 63),
    )
    payload = Tap(secrets.token_bytes(16), "k1", "nfc", {}, None).payload()
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append() -> None:
        journal.append(Kind.TAP, payload, clock.reading())

    def write() -> None:
        os.write(bare, encode(Entry(VERSION, Kind.TAP, clock.reading(), payload)))
        os.fdatasync(bare)

    try:
        ratios = [_ratio(append, write, is_first=bool(number % 2)) for number in range(WARM_UP + rounds)]
    finally:
        os.close(bare)
        journal.close()
    low, median, high = statistics.quantiles(ratios[WARM_UP:], n=4)
    return Outcome(median, low, high, rounds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure in a new folder on the disk asked for, print one line, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        outcome = measure(Path(folder), options.rounds)
    print(
        f"tap_path: a journalled entry costs {outcome.median:.2f} bare durable writes"
        f" (middle half {outcome.low:.2f} to {outcome.high:.2f}, {outcome.rounds} rounds)"
    )
    return 0


def _ratio(append: Callable[[], None], write: Callable[[], None], *, is_first: bool) -> float:
    if is_first:
        return _seconds(append) / _seconds(write)
    below = _seconds(write)
    return _seconds(append) / below


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
