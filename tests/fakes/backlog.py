"""A station's folder with a long backlog: a real journal, written faster than any class taps."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from station import chain
from station.clock import HandClock
from station.journal import FILE_NAME, Identity, Journal
from station.journal.file import Row, insert, transaction
from station.tap import VERSION, Entry, Kind, Tap, encode

DAY_MS: Final = 86_400_000
_PAGE: Final = 10_000


def fill(folder: Path, station: str, entries: int, days: int = 30) -> None:
    """Begin a journal and have it end after so many taps more, spread over so many days."""
    clock = HandClock()
    epoch = 1 + sum(station.encode()) * 1_000_003
    identity = Identity(station, "34000000123456", "0.1.0")
    journal = Journal.open(folder / FILE_NAME, identity, clock.reading(), lambda: epoch)
    head = journal.head
    journal.close()
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        rows = _rows(head.h, head.seq, entries, days * DAY_MS // max(1, entries), clock)
        while page := list(islice(rows, _PAGE)):
            with transaction(connection):
                insert(connection, epoch, page)


def _rows(h: bytes, seq: int, entries: int, step_ms: int, clock: HandClock) -> Iterator[Row]:
    for number in range(seq + 1, seq + 1 + entries):
        clock.advance(step_ms)
        tap = Tap(number.to_bytes(16, "big"), "k1", "nfc").payload()
        body = encode(Entry(VERSION, Kind.TAP, clock.reading(), tap))
        h = chain.link(h, body)
        yield Row(number, body, h)
