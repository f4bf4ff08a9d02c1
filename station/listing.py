"""The journal read by people: verified row by row, listed as taps, exported as a whole."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Final, TextIO

import sqlite_utils

from station.clock import instant
from station.errors import EntryError, JournalError, UsageError
from station.journal import FILE_NAME, MOST_ROWS, JournalReader, Row
from station.journal.proof import proven
from station.tap import Entry, Kind, Reading, Tap, decode

SHOWN_TOKEN: Final = 8
"""Hexadecimal characters of a token shown to a person: enough to tell two cards apart."""


_COLUMNS: Final = ("epoch", "sequence", "kind", "claimed_at", *(f.name for f in fields(Reading)), "payload")


def verified(path: Path, epoch: int) -> Iterator[Row]:
    """Yield an epoch's rows in order, each proven to continue the chain.

    Where a salvage declared rows missing, the chain begins anew after them: the first row of a run
    stands by its own hash. Raises JournalDamagedError at the first row that is missing undeclared or
    was changed.
    """
    for page in proven(JournalReader(path), epoch):
        yield from page


def taps(state_dir: Path, out: TextIO, *, limit: int, as_json: bool) -> int:
    """Print the newest taps of a station, oldest first, and return the exit code.

    The whole journal's chain is verified on the way. Times are the station's own claim, in UTC.
    """
    newest: deque[dict[str, object]] = deque(maxlen=limit)
    for epoch, row, entry in _entries(state_dir):
        if entry is not None and entry.kind == Kind.TAP:
            newest.append(_tap_fields(epoch, row, entry))
    if as_json:
        print(json.dumps(list(newest), indent=1), file=out)
        return 0
    print(f"{'sequence':>8}  {'claimed at':<29}  {'reader':<10}  {'token':<8}  notes", file=out)
    for tap in newest:
        print(_tap_line(tap), file=out)
    print(f"{len(newest)} taps shown; the chain of the whole journal holds{_lacking(state_dir)}", file=out)
    return 0


def export(state_dir: Path, target: Path) -> int:
    """Write every entry, verified, to a new SQLite file for study and return how many there are.

    The evidence stays the journal itself; the export has a column for each part of an entry, with
    the exact bytes and the hash beside them.
    """
    if target.exists():
        msg = f"{target}: there is a file already; name one that does not exist"
        raise UsageError(msg)
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite_utils.Database(draft)) as database:
            rows = (_entry_fields(*found) for found in _entries(state_dir))
            table = database.table("entry", pk=("epoch", "sequence"))
            with database.atomic():
                table.insert_all(rows, batch_size=MOST_ROWS)
            count = table.count
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    draft.rename(target)
    return count


def _entries(state_dir: Path) -> Iterator[tuple[int, Row, Entry | None]]:
    path = state_dir / FILE_NAME
    epochs = JournalReader(path).epochs()
    if not epochs:
        msg = f"{path}: there is no journal yet; start the station first"
        raise JournalError(msg)
    for epoch in epochs:
        for row in verified(path, epoch):
            try:
                yield epoch, row, decode(row.body)
            except EntryError:
                # Written by a newer station: its bytes are proven though not understood.
                yield epoch, row, None


def _lacking(state_dir: Path) -> str:
    reader = JournalReader(state_dir / FILE_NAME)
    holes = [hole for epoch in reader.epochs() for hole in reader.holes(epoch)]
    count = sum(last - first + 1 for first, last in holes)
    return f", and the salvage of it says that {count} entries are missing" if count else ""


def _tap_line(tap: Mapping[str, object]) -> str:
    flags = tap["flags"]
    notes = " ".join(f"{name}={count}" for name, count in flags.items()) if isinstance(flags, dict) else ""
    token = tap["token"] or "none"
    return f"{tap['sequence']:>8}  {tap['at']:<29}  {tap['reader']:<10}  {token:<8}  {notes}".rstrip()


def _tap_fields(epoch: int, row: Row, entry: Entry) -> dict[str, object]:
    tap = Tap.from_payload(entry.payload)
    return {
        "epoch": epoch,
        "sequence": row.seq,
        "at": _claimed(entry),
        "is_synchronised": entry.reading.sync_state == 1,
        "reader": tap.reader,
        "token": None if tap.token is None else tap.token.hex()[:SHOWN_TOKEN],
        "flags": dict(tap.flags),
    }


def _entry_fields(epoch: int, row: Row, entry: Entry | None) -> dict[str, object]:
    parts: dict[str, object] = {"epoch": epoch, "sequence": row.seq}
    if entry is not None:
        parts |= {"kind": entry.kind, "claimed_at": _claimed(entry), **asdict(entry.reading)}
        parts["payload"] = json.dumps(entry.payload, ensure_ascii=False)
    return {**dict.fromkeys(_COLUMNS), **parts, "body": row.body, "h": row.h}


def _claimed(entry: Entry) -> str:
    try:
        return instant(entry.reading.wall_ms).isoformat(timespec="milliseconds")
    except OverflowError:
        return "beyond year 9999"
