"""What a tap takes of the processor, where a flush costs nothing, against sqlite-utils' insert of a row."""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import sqlite_utils

from benchmarks import rows
from benchmarks.rows import Row
from benchmarks.tap_station import TapStation

RUNS: Final = 5
BLOCKS: Final = 40
_BLOCK: Final = 25
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  a memory disk is what is wanted
_WARM_UP: Final = 50


def measure(blocks: int) -> float:
    """Return the ratio of one run: tap to insert, in turns."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        folder = Path(name)
        station = TapStation(folder)
        database = sqlite_utils.Database(folder / "plain.sqlite")
        database.enable_wal()
        table = database.table("tap")

        def insert() -> float:
            card = station.next_card().credential
            row = {"at": time.time_ns(), "token": card.value, "kind": card.kind, "reader": card.tech}
            began = time.thread_time()
            table.insert(row)
            return time.thread_time() - began

        def tap() -> float:
            card = station.next_card()
            began = time.thread_time()
            station.tap(card)
            return time.thread_time() - began

        works: dict[str, Callable[[], float]] = {"tap": tap, "insert": insert}
        took: dict[str, list[float]] = {name: [] for name in works}
        for work in works.values():
            for _ in range(_WARM_UP):
                work()
        for _ in range(blocks):
            for which in random.sample(sorted(works), len(works)):
                took[which] += [works[which]() for _ in range(_BLOCK)]
            station.rest()
        station.close()
        database.close()
    return statistics.median(took["tap"]) / statistics.median(took["insert"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure in memory, print a line, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="not used: this is about the processor")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--blocks", type=int, default=BLOCKS, help=f"of {_BLOCK} taps, in each run")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    ratios = [measure(options.blocks) for _ in range(options.runs)]
    found = [Row("tap : Table.insert of sqlite-utils, processor time", statistics.median(ratios), "<= 0.6")]
    rows.write(options.json, found, {"ratios": ratios})
    print(rows.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
