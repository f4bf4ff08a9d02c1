"""Whether a journal lacks rows that were certainly stored, though SQLite finds nothing wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from station import chain
from station.errors import EntryError, JournalError
from station.journal.file import Head, Row
from station.journal.genesis import origin_of, owner_in
from station.journal.reader import JournalReader
from station.salvage.remains.record import in_frames
from station.sidecar.file import first_of, last_of
from station.tap import Json, Reading, decode


def shortfall(path: Path, sidecar_dir: Path, owner: tuple[str, str]) -> str | None:
    """Say where rows lie that the journal of this `(station, school)` must have had, None if nowhere.

    Either in the sidecar, or in the write-ahead file behind a place that is damaged: SQLite takes that
    place for the end and writes over the rest, so ask before a journal is opened to be written. One
    transaction alone behind the last whole one proves nothing, since a power cut leaves that too.
    Where SQLite cannot read the file at all there is None: whoever opens it will be told.
    """
    is_there = path.exists() and path.stat().st_size > 0
    if not is_there and any(in_frames(path)):
        return "the file is gone and its write-ahead file is not"
    try:
        heads = _heads(path) if is_there else {}
    except JournalError:
        return None
    if (epoch := _hidden(path, heads)) is not None:
        return f"the write-ahead file is damaged, and holds more of epoch {epoch}"
    youngest = next(reversed(heads), None)
    for epoch, last in last_of(sidecar_dir).items():
        if epoch == youngest and last > heads[epoch].seq:
            return f"the sidecar goes on to sequence {last}, the journal ends at {heads[epoch].seq}"
        if epoch not in heads and _owner_of(first_of(sidecar_dir, epoch)) == owner:
            return f"the sidecar holds epoch {epoch}, the journal does not"
    return None


def _owner_of(first: Row | None) -> tuple[Json, Json] | None:
    origin = origin_of(first)
    return None if origin is None else owner_in(origin)


def _heads(path: Path) -> dict[int, Head]:
    journal = JournalReader(path)
    return {epoch: journal.head(epoch) for epoch in journal.epochs()}


def _hidden(path: Path, heads: Mapping[int, Head]) -> int | None:
    """Return an epoch of which the frames hold rows behind its head that had been stored for certain.

    A row chained to one of an earlier moment was written when that one had been committed.
    """
    later = defaultdict[tuple[int, int], set[Row]](set)
    for epoch, row in in_frames(path):
        if epoch not in heads or row.seq > heads[epoch].seq:
            later[epoch, row.seq].add(row)
    for (epoch, seq), rows in later.items():
        for before, row in product(rows, later.get((epoch, seq + 1), ())):
            if chain.link(before.h, row.body) == row.h and _moment(before) != _moment(row):
                return epoch
    return None


def _moment(row: Row) -> Reading | None:
    try:
        return decode(row.body).reading
    except EntryError:
        return None
