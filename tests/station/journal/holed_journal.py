"""A journal as a salvage leaves it: an old epoch with rows missing, and a younger one that says so."""

from collections.abc import Sequence
from pathlib import Path

from station import chain
from station.clock import HandClock
from station.journal import Row
from station.journal import file as journal_file
from station.tap import VERSION, Entry, Json, Kind, encode

OLD, YOUNG = 11, 22


def chained(*entries: tuple[Kind, Json]) -> list[Row]:
    """Return the rows of an epoch that says this and no more."""
    reading, rows, h = HandClock().reading(), list[Row](), chain.START
    for seq, (kind, payload) in enumerate(entries, 1):
        body = encode(Entry(VERSION, kind, reading, payload))
        h = chain.link(h, body)
        rows.append(Row(seq, body, h))
    return rows


def write(path: Path, lost: Sequence[int], declared: Sequence[tuple[int, int]]) -> list[Row]:
    """Make a journal whose old epoch of 12 taps has lost some; return the rows it has left."""
    tap: tuple[Kind, Json] = Kind.TAP, [None, None, "nfc", {}, None]
    rows = chained((Kind.GENESIS, {"reason": "first"}), *[tap] * 11)
    kept = [row for row in rows if row.seq not in lost]
    salvage: Json = {
        "epoch": OLD,
        "kept": [[1, 12]],
        "missing": [list(hole) for hole in declared],
        "from_file": len(kept),
        "from_sidecar": 0,
        "aside": "journal.sqlite.damaged-x",
        "tail": "unknown",
    }
    young = chained((Kind.GENESIS, {"reason": "salvage"}), (Kind.SALVAGE, salvage))
    connection = journal_file.create(path)
    with journal_file.transaction(connection):
        journal_file.add_epoch(connection, OLD, rows[0].h, 1, "salvage")
        journal_file.add_epoch(connection, YOUNG, young[0].h, 1, None)
        journal_file.insert(connection, OLD, kept)
        journal_file.insert(connection, YOUNG, young)
    connection.close()
    return kept


def carry(path: Path, payload: Json) -> None:
    """Let the younger epoch go on with an entry that carries this."""
    rows = chained((Kind.GENESIS, {"reason": "salvage"}), (Kind.SALVAGE, {}), (Kind.CARRY, payload))
    connection = journal_file.connect_to_write(path)
    journal_file.store(connection, YOUNG, rows[2:])
    connection.close()
