"""What a tap costs, from the card's number to the answer, above a bare write that has reached the disk."""

import argparse
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks import rows, slow_flushes, tap_trace
from benchmarks.rows import Row
from benchmarks.tap_station import TapStation

RUNS: Final = 5
BLOCKS: Final = 40
BLOCK: Final = 25
"""So many of each in a row, at random who goes first: neighbours in time meet the disk in one mood."""
BAR_P50: Final = 1.25
BAR_P99: Final = 2.0

_WARM_UP = 50

Work: TypeAlias = Callable[[], object]
"""One thing to be timed; what it needs is made ready before."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two took: latencies in microseconds, and the processor's time a piece."""

    p50_us: float
    p99_us: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run: a tap's whole path, a bare append with fdatasync of the same bytes, and what lies between.

    That is SQLite alone: one prepared INSERT of the same bytes into a table without guards.
    """

    tap: Side
    insert: Side
    append: Side

    @property
    def p50_ratio(self) -> float:
        """The ratio of the medians."""
        return self.tap.p50_us / self.append.p50_us

    @property
    def p99_ratio(self) -> float:
        """The ratio of the slowest hundredths."""
        return self.tap.p99_us / self.append.p99_us


def measure(folder: Path, blocks: int) -> Run:
    """Tap, insert and append in blocks taken in turns, on one disk."""
    with ExitStack() as open_things:
        station = TapStation(Path(tempfile.mkdtemp(dir=folder)))
        open_things.callback(station.close)
        station.tap(station.next_card())
        stored = station.bytes_stored()
        works: dict[str, Callable[[], Work]] = {
            "tap": lambda: partial(station.tap, station.next_card()),
            "insert": _inserts(folder, stored, open_things),
            "append": _appends(folder, stored, open_things),
        }
        timed = {name: [_timed(work()) for _ in range(_WARM_UP)] for name, work in works.items()}
        for found in timed.values():
            found.clear()
        for _ in range(blocks):
            for name, work in random.sample(sorted(works.items()), len(works)):
                timed[name] += [_timed(work()) for _ in range(BLOCK)]
            station.rest()
    return Run(**{name: _side(found) for name, found in timed.items()})


def _inserts(folder: Path, stored: bytes, open_things: ExitStack) -> Callable[[], Work]:
    numbers = count()
    connection = sqlite3.connect(Path(tempfile.mkdtemp(dir=folder)) / "plain.sqlite", isolation_level=None)
    open_things.callback(connection.close)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE plain (number INTEGER PRIMARY KEY, stored BLOB)",
    ):
        connection.execute(statement)
    return lambda: partial(connection.execute, "INSERT INTO plain VALUES (?, ?)", (next(numbers), stored))


def _appends(folder: Path, stored: bytes, open_things: ExitStack) -> Callable[[], Work]:
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    open_things.callback(os.close, bare)

    def append() -> None:
        os.write(bare, stored)
        os.fdatasync(bare)

    return lambda: append


def counted(folder: Path) -> dict[str, float]:
    """Return what strace counts of a tap, nothing where it is not found."""
    if not tap_trace.is_found():
        return {}
    found = tap_trace.count(folder)
    return {
        "least_flushes": min(found.flushes),
        "most_flushes": max(found.flushes),
        "bytes_per_tap": found.bytes_per_tap,
        "bytes_per_append": found.bytes_per_append,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print a table, leave nothing behind."""
    options = _options(arguments)
    if options.flush_ms:
        # The same benchmark again, where every flush takes so much longer, for the tap and the append alike.
        _exec_with_slow_flushes(options)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        runs = [measure(Path(folder), options.blocks) for _ in range(options.runs)]
        counts = {} if options.only_times else counted(Path(folder))
    _print(runs, counts)
    figures = {**_figures(runs, counts), "runs": [asdict(run) for run in runs]}
    rows.write(options.json, _rows(_figures(runs, counts)), figures)
    return 0


def _rows(figures: Mapping[str, float]) -> list[Row]:
    found = [
        Row("tap : append + fdatasync, p50", figures["p50_ratio"], f"<= {BAR_P50}"),
        Row("SQLite alone : append + fdatasync, p50", figures["insert_p50_ratio"]),
        Row("a flush from which the bar at p50 holds here", figures["flush_ms_for_bar"], unit="ms"),
        Row("tap : append + fdatasync, p99", figures["p99_ratio"], f"<= {BAR_P99:g}"),
    ]
    if "least_flushes" in figures:
        pages = figures["bytes_per_tap"] / figures["bytes_per_append"]
        found += [
            Row("flushes a tap, at least", figures["least_flushes"], "= 1", ""),
            Row("flushes a tap, at most", figures["most_flushes"], "= 1", ""),
            Row("tap : append, bytes of pages written", pages, "<= 2"),
        ]
    return found


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--blocks", type=int, default=BLOCKS, help=f"of {BLOCK} taps, in each run")
    parser.add_argument("--flush-ms", type=float, default=0.0, help="let every flush take so much longer")
    parser.add_argument("--only-times", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _exec_with_slow_flushes(options: argparse.Namespace) -> None:
    again = ["--only-times", "--runs", str(options.runs), "--blocks", str(options.blocks)]
    again += ["--folder", str(options.folder)] if options.folder else []
    again += ["--json", str(options.json)] if options.json else []
    slow_flushes.begin_again("tap_path", options.flush_ms, again)


def _timed(work: Work) -> tuple[float, float]:
    cpu, began = time.thread_time(), time.perf_counter()
    work()
    return time.perf_counter() - began, time.thread_time() - cpu


def _side(timed: Sequence[tuple[float, float]]) -> Side:
    hundredths = statistics.quantiles((wall for wall, _ in timed), n=100)
    cpu = statistics.fmean(cpu for _, cpu in timed)
    return Side(hundredths[49] * 1e6, hundredths[98] * 1e6, cpu * 1e6)


def _figures(runs: Sequence[Run], counts: dict[str, float]) -> dict[str, float]:
    above_us = statistics.median(run.tap.p50_us - run.append.p50_us for run in runs)
    return {
        "p50_ratio": statistics.median(run.p50_ratio for run in runs),
        "p99_ratio": statistics.median(run.p99_ratio for run in runs),
        "insert_p50_ratio": statistics.median(run.insert.p50_us / run.append.p50_us for run in runs),
        "insert_p99_ratio": statistics.median(run.insert.p99_us / run.append.p99_us for run in runs),
        "cpu_us": statistics.median(run.tap.cpu_us for run in runs),
        "above_us": above_us,
        "flush_ms_for_bar": above_us / (BAR_P50 - 1) / 1_000,
        **counts,
    }


def _print(runs: Sequence[Run], counts: dict[str, float]) -> None:
    print("tap_path: a tap's whole path (SQLite alone; a bare append with fdatasync) of the same bytes")
    print(f"{'run':>6} {'p50':>6} {'p99':>6}   {'p50 us':>20} {'p99 us':>23} {'CPU us':>17}")
    for number, run in enumerate(runs, 1):
        sides = (run.tap, run.insert, run.append)
        print(
            f"{number:>6} {run.p50_ratio:>6.2f} {run.p99_ratio:>6.2f}"
            f"   {' :'.join(f'{side.p50_us:>6.0f}' for side in sides)}"
            f" {' :'.join(f'{side.p99_us:>7.0f}' for side in sides)}"
            f" {' :'.join(f'{side.cpu_us:>5.0f}' for side in sides)}"
        )
    figures = _figures(runs, counts)
    print(
        f"median {figures['p50_ratio']:>6.2f} {figures['p99_ratio']:>6.2f}   (bars {BAR_P50} and {BAR_P99};"
        f" SQLite alone {figures['insert_p50_ratio']:.2f} and {figures['insert_p99_ratio']:.2f})\n"
        f"At p50 the path takes {figures['above_us']:.0f} us above the append: on this processor the first"
        f" bar holds where a flush takes {figures['flush_ms_for_bar']:.1f} ms or longer."
    )
    if counts:
        print(
            f"Flushes a tap: {counts['least_flushes']:.0f} to {counts['most_flushes']:.0f}. Bytes of pages"
            f" written a tap: {counts['bytes_per_tap']:.0f}, an append: {counts['bytes_per_append']:.0f}."
        )


if __name__ == "__main__":
    sys.exit(main())
