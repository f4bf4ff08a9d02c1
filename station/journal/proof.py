"""A journal read row by row, each proven by the chain before it is given away."""

from __future__ import annotations

from collections.abc import Iterator

from station import chain
from station.errors import EntryError, JournalDamagedError
from station.journal.file import Row
from station.journal.reader import JournalReader


def proven(journal: JournalReader, epoch: int) -> Iterator[list[Row]]:
    """Yield an epoch's rows in order, up to 500 at a time, once the chain has proven them.

    Behind a hole that a salvage declared the chain begins anew: the first row there is held by the one
    that follows it alone. Raises JournalDamagedError at the first row missing or changed.
    """
    try:
        yield from _proven(journal, epoch)
    except (AttributeError, TypeError, ValueError, EntryError) as error:
        # On a page that holds something else SQLite finds values of any type, and of any text.
        what = f"what stands in epoch {epoch} is no row ({error})"
        msg = f"{journal.path}: {what}; keep the file and call for salvage"
        raise JournalDamagedError(msg) from error


def _proven(journal: JournalReader, epoch: int) -> Iterator[list[Row]]:
    holes = journal.holes(epoch)
    h, seq = chain.START, 0
    while page := journal.rows(epoch, seq):
        for row in page:
            is_behind_hole = any(first <= seq + 1 and row.seq <= last + 1 for first, last in holes)
            is_next = row.seq == seq + 1 and chain.link(h, row.body) == row.h
            if not is_next and not (row.seq > seq + 1 and is_behind_hole):
                what = f"epoch {epoch}, entry {seq + 1} is missing or was changed"
                msg = f"{journal.path}: {what}; keep the file and call for salvage"
                raise JournalDamagedError(msg)
            h, seq = row.h, row.seq
        yield page
