"""A new journal file of the rows that can be proven, with an epoch of its own that says what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain as chained
from itertools import zip_longest
from pathlib import Path
from sqlite3 import Connection

from station import chain
from station.errors import EntryError, JournalError
from station.journal import Identity
from station.journal import file as journal_file
from station.journal.file import Row
from station.salvage.remains.pool import Found, Pool
from station.salvage.remains.provable import provable
from station.salvage.salvaged import SalvagedEpoch
from station.tap import VERSION, Entry, Json, Kind, Reading, decode, encode

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
        origin = {} if after is None else _origin(after.first)
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
    origin = _origin(first.row)
    owner = (origin.get("station"), origin.get("school"))
    if origin and owner != (identity.station, identity.school):
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
        following = next(
            (epoch for epoch in waiting if _origin(epoch.first).get("prev_epoch") not in numbers), waiting[0]
        )
        waiting.remove(following)
        ordered.append(following)
    return ordered


def _first_rows(old: Sequence[_Old], beginning: Beginning) -> list[Row]:
    boot = max([beginning.reading.boot, *(_moment(epoch.last)[0] for epoch in old)])
    genesis = {
        "station": beginning.identity.station,
        "school": beginning.identity.school,
        "reason": REASON,
        "prev_epoch": old[-1].number if old else None,
        "prev_head": old[-1].last.h.hex() if old else None,
        "sw": beginning.identity.sw,
    }
    # Of a journal nothing is left of, one entry says at least that.
    tales = [epoch.told for epoch in old] or [SalvagedEpoch(None)]
    items: list[tuple[Kind, Json]] = [(Kind.GENESIS, genesis)]
    items += [(Kind.SALVAGE, payload) for tale in tales for payload in tale.payloads(beginning.aside)]
    h, rows = chain.START, list[Row]()
    for seq, (kind, payload) in enumerate(items, 1):
        body = encode(Entry(VERSION, kind, replace(beginning.reading, boot=boot), payload))
        h = chain.link(h, body)
        rows.append(Row(seq, body, h))
    return rows


def _moment(row: Row) -> tuple[int, int]:
    try:
        reading = decode(row.body).reading
    except EntryError:
        return (0, 0)
    return (reading.boot, reading.raw_ms)


def _origin(row: Row) -> dict[str, Json]:
    """Return what the genesis of an epoch says; nothing for any other row."""
    try:
        entry = decode(row.body)
    except EntryError:
        return {}
    is_genesis = row.seq == 1 and entry.kind == Kind.GENESIS and isinstance(entry.payload, dict)
    return dict(entry.payload) if is_genesis and isinstance(entry.payload, dict) else {}
