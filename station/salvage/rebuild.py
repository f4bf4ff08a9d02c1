"""A new journal file of the rows that can be proven, with an epoch of its own that says what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain as chained
from itertools import zip_longest
from pathlib import Path
from sqlite3 import Connection

from station.errors import EntryError, JournalError
from station.journal import Identity, chaining
from station.journal import file as journal_file
from station.journal.file import Head, Row
from station.journal.genesis import genesis, origin_of, owner_in
from station.salvage.remains.pool import Found, Pool
from station.salvage.remains.provable import provable
from station.salvage.salvaged import SalvagedEpoch
from station.tap import VERSION, Entry, Json, Kind, Reading, decode

REASON = "salvage"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the new epoch begins with: whose it is, its number, the moment, and the damaged file's name."""

    identity: Identity
    epoch: int
    reading: Reading
    aside: str | None


@dataclass(frozen=True, slots=True)
class _Old:
    """One epoch carried over, with the first and the last of its rows."""

    told: SalvagedEpoch
    number: int
    first: Row
    last: Row


def rebuild(draft: Path, pool: Pool, beginning: Beginning) -> None:
    """Make the file `draft` of all that the pool's rows prove, and of a new epoch that tells of it.

    Raises JournalError when the rows are another station's, sqlite3.Error when the disk refuses.
    """
    with closing(journal_file.create(draft)) as connection:
        with journal_file.transaction(connection):
            _fill(connection, pool, beginning)
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        msg = f"{draft}: another program reads the new journal's draft; stop it"
        raise JournalError(msg)


def _fill(connection: Connection, pool: Pool, beginning: Beginning) -> None:
    carried = (_carry_over(connection, pool, epoch, beginning.identity) for epoch in pool.epochs())
    old = _in_order([epoch for epoch in carried if epoch is not None])
    for epoch, after in zip_longest(old, old[1:]):
        origin = {} if after is None else origin_of(after.first) or {}
        reason = REASON if after is None else str(origin.get("reason", REASON))
        epoch.told.is_tail_known = origin.get("prev_head") == epoch.last.h.hex()
        genesis_h = epoch.first.h if epoch.first.seq == 1 else b""
        boot = _moment(epoch.first)[0]
        journal_file.add_epoch(connection, epoch.number, genesis_h, boot, reason)
    rows = _first_rows(old, beginning)
    journal_file.add_epoch(connection, beginning.epoch, rows[0].h, beginning.reading.boot, None)
    journal_file.insert(connection, beginning.epoch, rows)


def _carry_over(connection: Connection, pool: Pool, epoch: int, identity: Identity) -> _Old | None:
    found = provable(pool.sequences(epoch))
    first = next(found, None)
    if first is None:
        return None
    origin = origin_of(first.row) or {}
    owner = owner_in(origin)
    if origin and owner != identity.owner:
        if not pool.is_in_file(epoch):
            # Somebody else's sidecar lies in the folder.
            return None
        msg = f"this journal is of {owner}, not of {identity.station}; correct station, school or state_dir"
        raise JournalError(msg)
    if not origin and not pool.is_in_file(epoch):
        return None
    told, last = SalvagedEpoch(epoch), [first.row]
    journal_file.insert(connection, epoch, _counted(chained([first], found), told, last))
    return _Old(told, epoch, first.row, last[0])


def _counted(found: Iterable[Found], told: SalvagedEpoch, last: list[Row]) -> Iterator[Row]:
    for row, in_file in found:
        told.count(row.seq, in_file=in_file)
        last[0] = row
        yield row


def _in_order(epochs: Sequence[_Old]) -> list[_Old]:
    """Return the epochs oldest first: by their clocks, and each behind the one its genesis names."""
    ordered = list[_Old]()
    waiting = sorted(epochs, key=lambda epoch: _moment(epoch.last))
    while waiting:
        numbers = {epoch.number for epoch in waiting}
        # In a circle, which no station writes, the clocks alone decide.
        following = next((epoch for epoch in waiting if _before(epoch) not in numbers), waiting[0])
        waiting.remove(following)
        ordered.append(following)
    return ordered


def _first_rows(old: Sequence[_Old], beginning: Beginning) -> list[Row]:
    boot = max([beginning.reading.boot, *(_moment(epoch.last)[0] for epoch in old)])
    reading = replace(beginning.reading, boot=boot)
    before = Head(old[-1].number, old[-1].last.seq, old[-1].last.h) if old else None
    # Of a journal nothing is left of, one entry says at least that.
    tales = [epoch.told for epoch in old] or [SalvagedEpoch(None)]
    told = [payload for tale in tales for payload in tale.payloads(beginning.aside)]
    entries = [Entry(VERSION, Kind.SALVAGE, reading, payload) for payload in told]
    first = genesis(beginning.identity, REASON, before, reading)
    return chaining.chained(chaining.beginning(beginning.epoch), [first, *entries])


def _before(epoch: _Old) -> Json:
    return (origin_of(epoch.first) or {}).get("prev_epoch")


def _moment(row: Row) -> tuple[int, int]:
    try:
        reading = decode(row.body).reading
    except EntryError:
        return (0, 0)
    return (reading.boot, reading.raw_ms)
