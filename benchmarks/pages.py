"""What the busiest pages cost on a year of records, a class's inbox and Today, against a blank page."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import rows
from benchmarks.pages_cost import Outcome, read
from benchmarks.rows import Row

STUDENTS = 10_000
STATIONS = 300
ROUNDS = 15
MOST_QUERIES = 12
MOST_BLANK_PAGES = 20


def measure(folder: Path, students: int, stations: int, rounds: int) -> Outcome:
    """Make the school up and look at its pages, in a process of its own."""
    arguments = [str(folder), str(students), str(stations), str(rounds)]
    command = [sys.executable, "-m", "benchmarks.pages_cost", *arguments]
    return read(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print a line for each page; 1 where a page takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--stations", type=int, default=STATIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--unjudged", action="store_true", help="end with 0 whatever the figures are")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        outcome = measure(Path(folder), options.students, options.stations, options.rounds)
    print(
        f"pages: {outcome.students} students, {outcome.stations} stations, {outcome.records} records (made in"
        f" {outcome.made_in_s:.0f} s); a blank page takes {1000 * outcome.blank_s:.1f} ms of a processor"
    )
    pages = {"the inbox of a class of 40": outcome.inbox, "Today of all stations": outcome.today}
    for name, cost in pages.items():
        print(
            f"pages: {name} takes {cost.ratio:.1f} times that ({1000 * cost.cpu_s:.1f} ms, median of"
            f" {options.rounds} turns) and {cost.queries} queries"
        )
    found = [
        row
        for name, cost in pages.items()
        for row in (
            Row(f"{name} : a blank page", cost.ratio, f"<= {MOST_BLANK_PAGES}"),
            Row(f"queries of {name}", cost.queries, f"<= {MOST_QUERIES}", ""),
        )
    ]
    rows.write(options.json, found, asdict(outcome))
    is_good = all(cost.queries <= MOST_QUERIES and cost.ratio <= MOST_BLANK_PAGES for cost in pages.values())
    return 0 if is_good or options.unjudged else 1


if __name__ == "__main__":
    sys.exit(main())
