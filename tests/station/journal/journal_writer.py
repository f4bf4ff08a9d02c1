"""A process that appends until it is killed, and says what it was told is stored."""

import sys
from pathlib import Path

from station.clock import HandClock
from station.tap import Kind, Tap
from tests.fakes.station import open_journal


def main() -> None:
    clock = HandClock()
    journal = open_journal(Path(sys.argv[1]), clock)
    while True:
        clock.advance(10)
        tap = Tap(journal.head.h[:16], "k1", "nfc", {}, None)
        seq = journal.append(Kind.TAP, tap.payload(), clock.reading()).seq
        sys.stdout.write(f"{seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
