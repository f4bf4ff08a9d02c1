"""Entries made the rows that follow a head."""

from __future__ import annotations

from collections.abc import Iterable

from station import chain
from station.journal.file import Head, Row
from station.tap import Entry, encode


def beginning(epoch: int) -> Head:
    """Return what the first entry of an epoch follows."""
    return Head(epoch, 0, chain.START)


def chained(head: Head, entries: Iterable[Entry]) -> list[Row]:
    """Return the rows by which an epoch goes on from its head; raises EntryError for what is no entry."""
    h, rows = head.h, list[Row]()
    for seq, entry in enumerate(entries, head.seq + 1):
        body = encode(entry)
        h = chain.link(h, body)
        rows.append(Row(seq, body, h))
    return rows
