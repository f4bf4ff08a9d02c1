"""Runs every benchmark, one after the other, each on the same disk."""

import sys

from benchmarks import tap_path

if __name__ == "__main__":
    sys.exit(tap_path.main())
