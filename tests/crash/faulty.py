"""A station that takes taps while calls on its files fail: run as a process, under strace."""

import sys
from pathlib import Path

from tests.crash.scene import Scene

TAPS = 40


def main() -> None:
    """Take taps in the folder that the argument names, and report nothing but what the panel records."""
    scene = Scene(Path(sys.argv[1]), "")
    with scene.open() as bench:
        # Few pages, so that the journal's own file is written to as well.
        bench.journal._connection.execute("PRAGMA wal_autocheckpoint = 12")
        scene.tap(bench, TAPS)


if __name__ == "__main__":
    main()
