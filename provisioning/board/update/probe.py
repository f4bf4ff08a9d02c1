"""Looks at a journal as its owner does: is it sound, and how long ago was the last tap."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

from station.boot import boot_as_journalled, boot_id_of
from station.clock import clock_for
from station.errors import StationError
from station.journal import JournalReader
from station.journal.file import connect_to_read
from station.journal.soundness import quick_check
from station.tap import Entry, Kind, decode

_LOOKED_AT: Final = 500
"""A station writes an entry every quarter of an hour at most when nobody taps: days are looked back."""


def look(journal: Path) -> dict[str, object]:
    """Return `sound` (None, or what is wrong) and `quiet_ms` since the last tap, or the board's start."""
    raw_ms = clock_for(0, None).reading().raw_ms
    if not journal.exists():
        return {"sound": None, "quiet_ms": raw_ms}
    try:
        with closing(connect_to_read(journal)) as connection:
            quick_check(connection, journal)
        reader = JournalReader(journal)
        tap = _last_tap(reader)
        boot = boot_as_journalled(reader, boot_id_of(), raw_ms)
    except StationError as error:
        return {"sound": str(error), "quiet_ms": raw_ms}
    # A tap of an earlier boot says nothing but that nobody tapped since the board started.
    is_of_this = tap is not None and tap.reading.boot == boot
    return {"sound": None, "quiet_ms": max(0, raw_ms - tap.reading.raw_ms) if is_of_this and tap else raw_ms}


def _last_tap(journal: JournalReader) -> Entry | None:
    epochs = journal.epochs()
    if not epochs:
        return None
    head = journal.head(epochs[-1])
    rows = journal.rows(epochs[-1], max(0, head.seq - _LOOKED_AT))
    entries = (decode(row.body) for row in reversed(rows))
    return next((entry for entry in entries if entry.kind == Kind.TAP), None)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look(Path(sys.argv[1]))))
