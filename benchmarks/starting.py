"""How long each command takes to start and what memory it holds, against a Python that does nothing."""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import rows
from benchmarks.rows import Row

ROUNDS: Final = 3
_PROGRAMS: Final = {
    "rollbook-station": "station.cli",
    "rollbook-sync": "sync_agent.cli",
    "rollbook-central": "central.cli",
    "rollbook-provision": "provisioning.cli",
}
_NOTHING: Final = ("-c", "pass")
_STATION: Final = (
    "import station.loop, station.journal, station.roster, station.sidecar, station.station, nfc, serial"
)
_ALL_CARDS: Final = (
    f"{_STATION}, nfc.clf, nfc.tag, ndef, usb1, requests, apscheduler.schedulers.background, sqlite_utils"
)
_HEAVY: Final = ("requests", "apscheduler", "sqlite_utils")
_COMMAND: Final = re.compile(r"^ {2,4}(?!command$)([a-z][a-z0-9-]+)(?: {2,}|$)", re.MULTILINE)
_KIB_A_MIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took: processor seconds, and the most memory it held."""

    cpu_s: float
    mib: float


def start(arguments: Sequence[str]) -> Start:
    """Start Python with some arguments and wait for its end."""
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (arguments, process.returncode)
    return _of(used)


def commands(module: str) -> list[str]:
    """Return the commands a program names in its help."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True
    )
    return _COMMAND.findall(done.stdout.partition("\noptions:")[0].partition("\nMore:")[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Start everything in turns, print a line for each command, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="not used: this is about the processor")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="each command starts once")
    parser.add_argument(
        "--few", action="store_true", help="only the lighter programs, and none of their commands"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    asked = {name: ["-m", module, "--help"] for name, module in _PROGRAMS.items()}
    if options.few:
        asked.pop("rollbook-central")
    else:
        asked |= {
            f"{name} {command}": ["-m", module, command, "--help"]
            for name, module in _PROGRAMS.items()
            for command in commands(module)
        }
    found = _rows(
        {
            name: _ratios(arguments, options.rounds if name in _PROGRAMS else 1)
            for name, arguments in asked.items()
        }
    )
    found += _station(options.rounds)
    rows.write(options.json, found, {})
    print(rows.table(found))
    return 0


def _ratios(arguments: Sequence[str], rounds: int) -> tuple[float, float]:
    """Return processor time to a bare interpreter's, and the memory in MiB; medians of the rounds."""
    starts = [(start(arguments), start(_NOTHING)) for _ in range(rounds)]
    ratio = statistics.median(ours.cpu_s / bare.cpu_s for ours, bare in starts)
    return ratio, statistics.median(ours.mib for ours, _ in starts)


def _rows(measured: dict[str, tuple[float, float]]) -> list[Row]:
    found = []
    for name, (ratio, mib) in measured.items():
        found += [Row(f"starting {name} : python -c pass", ratio), Row(f"memory of {name}", mib, unit="MiB")]
    return found


def ratio(module: str, command: str) -> float:
    """Return the processor time in which a program shows one command's help, to a bare interpreter's."""
    return start(["-m", module, command, "--help"]).cpu_s / start(_NOTHING).cpu_s


def heavy_in_a_station() -> int:
    """Count the libraries of the sync agent a station loads; it needs none of them."""
    told = subprocess.run(
        [sys.executable, "-c", f"{_STATION}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return len(set(told.stdout.split()) & set(_HEAVY))


def _station(rounds: int) -> list[Row]:
    """Return what loading a station costs against every card library and what a station goes without."""
    pairs = [(start(("-c", _STATION)), start(("-c", _ALL_CARDS))) for _ in range(2 * rounds + 1)]
    bare = [start(_NOTHING).cpu_s for _ in range(rounds)]
    return [
        Row(
            "loading a station : with every library of cards and sync, processor time",
            statistics.median(ours.cpu_s / all_.cpu_s for ours, all_ in pairs),
            "<= 0.35",
        ),
        Row(
            "loading a station : with every library, memory",
            statistics.median(ours.mib / all_.mib for ours, all_ in pairs),
            "<= 0.55",
        ),
        Row("loading a station", 1000 * statistics.median(ours.cpu_s for ours, _ in pairs), unit="ms"),
        Row("a bare interpreter", 1000 * statistics.median(bare), unit="ms"),
        Row("requests, apscheduler, sqlite_utils in a station", heavy_in_a_station(), "= 0", ""),
    ]


def _of(used: resource.struct_rusage) -> Start:
    return Start(used.ru_utime + used.ru_stime, used.ru_maxrss / _KIB_A_MIB)


if __name__ == "__main__":
    sys.exit(main())
