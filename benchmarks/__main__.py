"""Runs every benchmark, one after the other, each on the same disk."""

import sys

from benchmarks import drain, tap_path

BENCHMARKS = (tap_path, drain)

if __name__ == "__main__":
    sys.exit(max([benchmark.main() for benchmark in BENCHMARKS]))
