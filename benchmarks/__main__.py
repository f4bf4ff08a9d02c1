"""Runs every benchmark, each in a process of its own on the same disk, and puts all figures in one table."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import guard, rows

# What each is asked when it is only to be seen whether it still runs.
BRIEF: Final = {
    "tap_path": ["--runs", "1", "--blocks", "2"],
    "tap_processor": ["--runs", "1", "--blocks", "2"],
    "grouping": ["--rounds", "1", "--requests", "128"],
    "drain": ["--rounds", "1", "--entries", "2000", "--taps", "50"],
    "carrying": ["--rounds", "1", "--entries", "500"],
    "ingest": ["--brief", "--stores", "sqlite"],
    "projecting": ["--rounds", "1", "--entries", "2000", "--taps", "200"],
    "counting": ["--rounds", "1", "--students", "500", "--state", "5000"],
    "reports": ["--rounds", "1", "--students", "5"],
    "pages": ["--rounds", "1", "--students", "40", "--stations", "2", "--unjudged"],
    "provision": ["--rooms", "5", "--rounds", "1"],
    "paper_import": ["--lines", "50", "--students", "20", "--stations", "2"],
    "starting": ["--rounds", "1", "--few"],
    "bell": ["--rate", "40", "--seconds", "2", "--lines", "16"],
}
WHOLE: Final = {"bell": ["--kill", "--burst", "5"]}
PEERS: Final = {"ingest": ["--peers", "pocketbase", "datasette"]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them all, print the table, and return the worst exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--brief", action="store_true", help="prove that they run; the figures say nothing")
    parser.add_argument(
        "--peers", action="store_true", help="against other programs as well; pip brings them"
    )
    parser.add_argument("--json", type=Path, help="write the table to this file")
    parser.add_argument("--guard", action="store_true", help="only hold the short form to what is recorded")
    options = parser.parse_args(arguments)
    if options.guard:
        return guard.main([])
    where = ["--folder", str(options.folder)] if options.folder else []
    worst, table = 0, list[rows.Row]()
    with tempfile.TemporaryDirectory() as folder:
        for name, brief in BRIEF.items():
            further = brief if options.brief else _whole(name, has_peers=options.peers)
            said = Path(folder) / f"{name}.json"
            command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(said), *where, *further]
            worst = max(worst, subprocess.run(command, check=False).returncode)
            if said.exists():
                table += rows.read(said)
    print(f"\n{rows.table(table)}\nload of the machine now: {os.getloadavg()[0]:.1f}")
    rows.write(options.json, table, {"load": os.getloadavg()})
    return worst


def _whole(name: str, *, has_peers: bool) -> list[str]:
    return [*WHOLE.get(name, []), *(PEERS.get(name, []) if has_peers else [])]


if __name__ == "__main__":
    sys.exit(main())
