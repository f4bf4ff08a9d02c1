"""What it costs to take in a long file of paper sheets, against writing as many rows and nothing else."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import rows
from benchmarks.paper_cost import Outcome, read
from benchmarks.rows import Row

LINES = 50_000
STUDENTS = 1_000
STATIONS = 25
KINDS = ("csv", "xlsx")


def measure(folder: Path, kind: str, lines: int, students: int, stations: int) -> Outcome:
    """Make the school and its file up and take the file in, in a process of its own."""
    arguments = [str(folder), kind, str(lines), str(students), str(stations)]
    command = [sys.executable, "-m", "benchmarks.paper_cost", *arguments]
    return read(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take in a file of each kind on the disk asked for, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--stations", type=int, default=STATIONS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    outcomes = []
    for kind in KINDS:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            outcome = measure(Path(folder), kind, options.lines, options.students, options.stations)
        outcomes.append(outcome)
        print(
            f"paper_import: {outcome.lines} lines of {kind} make {outcome.records} records in"
            f" {outcome.took_s:.0f} s ({outcome.reading_s:.0f} s until the first is judged),"
            f" {outcome.ratio:.1f} times what writing the rows alone takes, with at most"
            f" {outcome.most_mib:.0f} MiB; told {outcome.told} times how far it is"
        )
    found = [
        row
        for kind, outcome in zip(KINDS, outcomes, strict=True)
        for row in (
            Row(f"taking in {options.lines} lines of {kind} : writing their rows", outcome.ratio),
            Row(f"memory for {options.lines} lines of {kind}", outcome.most_mib, unit="MiB"),
        )
    ]
    rows.write(options.json, found, {"files": [asdict(outcome) for outcome in outcomes]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
