"""A journal as a salvage leaves it: an old epoch with rows missing, and a younger one that says so."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from station import chain
from station.clock import HandClock
from station.journal import Row
from station.journal import file as journal_file
from station.journal.schema import SCHEMA
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


def write_first_release(path: Path, *entries: tuple[Kind, Json]) -> list[Row]:
    """Make a journal as the first release did: schema 1, larger pages, an entry table with a rowid."""
    rows = chained(*entries)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in SCHEMA:
            connection.execute(statement.replace("STRICT, WITHOUT ROWID", "STRICT"))
        connection.execute("PRAGMA user_version = 1")
        with journal_file.transaction(connection):
            journal_file.add_epoch(connection, OLD, rows[0].h, 1, None)
            journal_file.insert(connection, OLD, rows)
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
