"""A process that appends a few entries to a journal and says of each what it was told."""

import os
import sys
from pathlib import Path

from station.clock import HandClock
from station.errors import JournalError
from station.tap import Kind
from tests.fakes.station import open_journal

APPENDS = 6


def main() -> None:
    clock = HandClock()
    journal = open_journal(Path(sys.argv[1]), clock)
    for _ in range(APPENDS):
        # A mark for whoever watches the system calls.
        os.write(1, b"append\n")
        try:
            told = str(journal.append(Kind.ALIVE, {}, clock.reading()).seq)
        except JournalError as error:
            told = type(error).__name__
        os.write(1, f"{told}\n".encode())
    journal.close()


if __name__ == "__main__":
    main()
