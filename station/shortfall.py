"""Whether a journal lacks rows that were certainly stored, though SQLite finds nothing wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from station import chain
from station.errors import EntryError, JournalError
from station.journal_file import Head, Row
from station.journal_reader import JournalReader
from station.remains.record import in_frames
from station.sidecar_file import first_of, last_of
from station.tap import Kind, Reading, decode

# How many moments it takes to prove that the first of them had been stored before the next began.
_CERTAIN = 2


def shortfall(path: Path, sidecar_dir: Path, owner: tuple[str, str]) -> str | None:
    """Say where rows lie that the journal of this `(station, school)` must have had, None if nowhere.

    Either in the sidecar, or in the write-ahead file behind a place that is damaged: SQLite takes that
    place for the end and writes over the rest, so ask before a journal is opened to be written. One
    transaction alone behind the last whole one proves nothing, since a power cut leaves that too.
    Where SQLite cannot read the file at all there is None: whoever opens it will be told.
    """
    journal, is_there = JournalReader(path), path.exists() and path.stat().st_size > 0
    try:
        epochs = journal.epochs() if is_there else []
        head = journal.head(epochs[-1]) if epochs else None
    except JournalError:
        return None
    if not is_there and any(in_frames(path)):
        return "the file is gone and its write-ahead file is not"
    if head is not None and len(set(_hidden_behind(path, head))) >= _CERTAIN:
        return f"the write-ahead file is damaged behind sequence {head.seq}"
    for epoch, last in last_of(sidecar_dir).items():
        if head is not None and epoch == head.epoch and last > head.seq:
            return f"the sidecar goes on to sequence {last}, the journal ends at {head.seq}"
        if epoch not in epochs and is_begun_by(owner, first_of(sidecar_dir, epoch)):
            return f"the sidecar holds epoch {epoch}, the journal does not"
    return None


def is_begun_by(owner: tuple[str, str], first: Row | None) -> bool:
    """Say whether a row is the genesis of an epoch of this `(station, school)`."""
    if first is None or first.seq != 1 or chain.link(chain.START, first.body) != first.h:
        return False
    try:
        genesis = decode(first.body)
    except EntryError:
        return False
    payload = genesis.payload
    told = (payload.get("station"), payload.get("school")) if isinstance(payload, dict) else None
    return genesis.kind == Kind.GENESIS and told == owner


def _hidden_behind(path: Path, head: Head) -> Iterator[Reading]:
    """Yield the clock readings of the frames' rows that go on from the head."""
    later = defaultdict[int, set[Row]](set)
    for epoch, row in in_frames(path):
        if epoch == head.epoch and row.seq > head.seq:
            later[row.seq].add(row)
    seq, h = head.seq + 1, head.h
    while following := next((row for row in later[seq] if chain.link(h, row.body) == row.h), None):
        try:
            yield decode(following.body).reading
        except EntryError:
            return
        seq, h = seq + 1, following.h
