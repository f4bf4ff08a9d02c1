"""The short form for every change: counts that must be as recorded, and ratios of processor time to watch."""

import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks import projecting, signed_load, starting, tap_processor
from benchmarks.processes import own_cpu_s
from benchmarks.rows import number
from station import logs
from sync_agent import wire
from tests.fakes.intake import IntakeBench
from tests.fakes.virtual_station import VirtualStation

RECORDED: Final = Path(__file__).parent / "recorded.toml"
MOST: Final = 2.0
"""So many times the recorded ratio is a regression; less is the machine."""
TURNS: Final = 5
_TAPS: Final = 20
_BATCHES: Final = 40
_STUDENTS: Final = 1_000
_ENTRIES: Final = 5_000


Figures: TypeAlias = Mapping[str, Mapping[str, float]]
"""By `counts` or `ratios`, each figure by its name."""


def counts() -> dict[str, int]:
    """Count what is the same on every machine."""
    (station,) = signed_load.make(1, 100)
    body = station.batch.partition(b"\r\n\r\n")[2]
    batch = wire.unpack(body, wire.MAX_MESSAGE_BYTES)
    first, again = _statements()
    return {
        "bytes of a batch of 100 before it is squeezed": len(batch.signed_bytes),
        "statements the intake needs to keep a batch": first,
        "statements the intake needs to answer it again": again,
        "heavy libraries a station loads": starting.heavy_in_a_station(),
    }


def ratios() -> dict[str, float]:
    """Measure each ratio in turns, and return their medians."""
    once: dict[str, Callable[[], float]] = {
        "tap : insert by sqlite-utils": lambda: tap_processor.measure(4),
        "batch of 20 taken in : its proof alone": _taking_in,
        "finding each entry's time : a loop over them": lambda: projecting.resolving(_ENTRIES, 1).figure,
        "starting rollbook-station : python -c pass": lambda: starting.ratio("station.cli", "check"),
        "starting rollbook-sync : python -c pass": lambda: starting.ratio("sync_agent.cli", "check"),
        "starting rollbook-central : python -c pass": lambda: starting.ratio("central.cli", "check"),
    }
    turns: dict[str, list[float]] = {name: [] for name in once}
    for _ in range(TURNS):
        for name in random.sample(sorted(once), len(once)):
            turns[name].append(once[name]())
    return {name: statistics.median(found) for name, found in turns.items()} | _counting()


def _counting() -> dict[str, float]:
    # In a process of its own: it keeps the collector of garbage away from what it made.
    with tempfile.NamedTemporaryFile() as file:
        brief = ["--students", str(_STUDENTS), "--rounds", str(TURNS), "--state", "0", "--json", file.name]
        command = [sys.executable, "-m", "benchmarks.counting", *brief]
        subprocess.run(command, check=True, capture_output=True)
        figures = json.load(file)["figures"]
    return {
        "ADA year of a school's bits : DuckDB": figures["cpu_ratio"],
        "one correction : a recount": figures["correction_s"] / figures["recount_s"],
    }


def regressions(recorded: Figures, found: Figures) -> list[str]:
    """Return a line for everything that got worse, or that was recorded and is measured no more."""
    lines = []
    for kind, values in recorded.items():
        for name, was in values.items():
            now = found.get(kind, {}).get(name)
            is_well = now == was if kind == "counts" else now is not None and now <= MOST * was
            if not is_well:
                shown = "not measured" if now is None else number(now)
                lines.append(f"{name}: {shown}, recorded {number(was)}; see benchmarks/README.md")
    unknown = {name for values in found.values() for name in values}
    unknown -= {name for values in recorded.values() for name in values}
    return lines + [f"{name}: not recorded; python -m benchmarks.guard --record" for name in sorted(unknown)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, say what got worse; 1 where anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="keep what is found as what is to be held")
    options = parser.parse_args(arguments)
    began = time.process_time()
    found: Figures = {"counts": counts(), "ratios": ratios()}
    if options.record:
        RECORDED.write_text(_toml(found), encoding="utf-8")
    worse = regressions(tomllib.loads(RECORDED.read_text(encoding="utf-8")), found)
    for name, figure in {**found["counts"], **found["ratios"]}.items():
        print(f"guard: {name}: {number(figure)}")
    print(f"guard: {time.process_time() - began:.0f} s of a processor in this process")
    for line in worse:
        print(f"guard: WORSE {line}", file=sys.stderr)
    return 1 if worse else 0


def _taking_in() -> float:
    """Return the processor time of batches from request to answer, to that of their proofs alone."""
    stations = [VirtualStation(f"st-{n:03}") for n in range(_BATCHES)]
    with (
        _lines_go_nowhere(),
        tempfile.TemporaryDirectory() as folder,
        IntakeBench(Path(folder), stations) as bench,
    ):
        bench.register()
        for station in stations:
            for n in range(_TAPS - 1):
                station.clock.advance(700)
                station.tap(f"{n:014x}")
        messages = [station.batch() for station in stations]
        whole_s = own_cpu_s(lambda: [bench.post(message) for message in messages])

        def prove() -> None:
            for station, message in zip(stations, messages, strict=True):
                batch = wire.unpack(message.body, wire.MAX_MESSAGE_BYTES)
                station.key.verify_key.verify(batch.signed_bytes, batch.signature)

        return whole_s / own_cpu_s(prove)


def _statements() -> tuple[int, int]:
    """Return how many SQL statements one batch takes, and the same batch once more."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _traced() as said,
        IntakeBench(Path(folder)) as bench,
    ):
        bench.register()
        bench.station.tap()
        message, found = bench.station.batch(), []
        for _ in range(2):
            said.clear()
            assert bench.post(message).status == 200  # noqa: PLR2004  HTTP's own number
            found.append(len(said))
        return found[0], found[1]


@contextmanager
def _lines_go_nowhere() -> Iterator[None]:
    """Have lines of the log made and written as in a service."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        logs.setup(stream=nowhere)
        yield


@contextmanager
def _traced() -> Iterator[list[str]]:
    """Write down every statement of every connection opened meanwhile."""
    said, connect = list[str](), sqlite3.connect

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401  as the library takes them
        connection: sqlite3.Connection = connect(*arguments, **named)
        connection.set_trace_callback(said.append)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]  # one of the ways to call it is enough here
    try:
        yield said
    finally:
        sqlite3.connect = connect


def _toml(found: Figures) -> str:
    parts = ["# What the guard holds changes to; python -m benchmarks.guard --record writes it anew."]
    for kind, values in found.items():
        digits = ".3g" if kind == "ratios" else "d"
        parts += ["", f"[{kind}]", *(f'"{name}" = {value:{digits}}' for name, value in values.items())]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
