"""Runs every benchmark, one after the other, each on the same disk."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import bell, counting, drain, pages, paper_import, provision, tap_path

# What each is asked when it is only to be seen whether it still runs.
BRIEF = {
    bell.main: ["--rate", "50", "--seconds", "4", "--lines", "20", "--kill"],
    tap_path.main: ["--runs", "1", "--blocks", "2"],
    drain.main: ["--rounds", "1", "--entries", "2000"],
    counting.main: ["--rounds", "1", "--students", "500", "--state", "5000"],
    pages.main: ["--rounds", "1", "--students", "200", "--stations", "6", "--unjudged"],
    provision.main: ["--rooms", "5", "--rounds", "1"],
    paper_import.main: ["--lines", "400", "--students", "100", "--stations", "4"],
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them all, and return the worst exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--brief", action="store_true", help="prove that they run; the figures say nothing")
    options = parser.parse_args(arguments)
    where = ["--folder", str(options.folder)] if options.folder else []
    return max(run([*where, *(brief if options.brief else [])]) for run, brief in BRIEF.items())


if __name__ == "__main__":
    sys.exit(main())
