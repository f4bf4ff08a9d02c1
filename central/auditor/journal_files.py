"""Published: take entries, batches and receipts out of whatever file a journal was handed over in."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from sync_agent import wire

_SQLITE: Final = b"SQLite format 3\0"
_GZIP: Final = b"\x1f\x8b"
_REGISTRATION: Final = b'{"v":1,"type":"epoch",'
_ANSWER: Final = b'{"v":1,"ack":'
_EXPORTED: Final = (
    "SELECT epoch, sequence, body, h, kind, boot, raw_ms, bt_ms, wall_ms, sync_state, max_error_ms, payload"
    " FROM entry ORDER BY epoch, sequence"
)
_JOURNAL: Final = "SELECT epoch, seq, body, h FROM entry ORDER BY epoch, seq"
_EVIDENCE: Final = "SELECT station, bytes, answer FROM batch ORDER BY srv_seq"

Value: TypeAlias = "int | float | str | bytes | None"


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry as a file has it: its exact bytes, and the hash the file says it has."""

    epoch: int
    sequence: int
    body: bytes
    h: bytes


@dataclass(slots=True)
class Handed:
    """What was found in all files together; `problems` are sentences about what could not be read."""

    entries: list[Stored] = field(default_factory=list)
    batches: list[tuple[str, wire.Batch]] = field(default_factory=list)
    answers: list[tuple[str, wire.Answer]] = field(default_factory=list)
    registrations: list[tuple[str, bytes]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def is_journal(data: bytes) -> bool:
    """Tell by its first bytes whether a file is of a journal: entries, batches, or answers to these."""
    return data.startswith((_SQLITE, _GZIP, _REGISTRATION, _ANSWER))


def take(path: Path, handed: Handed) -> None:
    """Add what one file holds: an export, a journal, central's evidence, or one message on a stick."""
    try:
        with path.open("rb") as file:
            is_database = file.read(len(_SQLITE)) == _SQLITE
        if is_database:
            _database(path, handed)
        else:
            _message(path.name, path.read_bytes(), handed)
    except (OSError, wire.WireError) as error:
        handed.problems.append(f"{path.name} cannot be read: {error}")


def _message(name: str, data: bytes, handed: Handed) -> None:
    if data.startswith(_GZIP):
        handed.batches.append((name, wire.unpack(data, wire.MAX_MESSAGE_BYTES)))
    elif data.startswith(_ANSWER):
        handed.answers.append((name, wire.Answer.from_json(data)))
    else:
        handed.registrations.append((name, data))


def _database(path: Path, handed: Handed) -> None:
    try:
        with closing(_opened(path)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if "batch" in tables:
                _evidence(path, connection, handed)
            elif "entry" in tables:
                columns = {row[1] for row in connection.execute("PRAGMA table_info(entry)")}
                _rows(path, connection.execute(_EXPORTED if "sequence" in columns else _JOURNAL), handed)
            else:
                handed.problems.append(f"{path.name} holds neither entries nor batches")
    except sqlite3.Error as error:
        handed.problems.append(f"{path.name} cannot be read to its end: {error}")


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.text_factory = _text
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    except sqlite3.OperationalError:
        # A copy on a medium that cannot be written: nobody else can write it either.
        connection.close()
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
        connection.text_factory = _text
    return connection


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _rows(path: Path, rows: Iterator[tuple[Value, ...]], handed: Handed) -> None:
    for epoch, sequence, body, h, *shown in rows:
        is_row = isinstance(epoch, int) and isinstance(sequence, int)
        if not (is_row and isinstance(body, bytes) and isinstance(h, bytes)):
            handed.problems.append(f"{path.name}: what stands at entry {sequence!r} is none")
            continue
        assert isinstance(epoch, int)  # noqa: S101  looked at above
        assert isinstance(sequence, int)  # noqa: S101  looked at above
        handed.entries.append(Stored(epoch, sequence, body, h))
        if shown and not _shows(body, shown):
            handed.problems.append(
                f"{path.name}: the columns of entry {sequence} say otherwise than its bytes"
            )


def _shows(body: bytes, shown: list[Value]) -> bool:
    """Tell whether the columns people read are what the bytes say; bytes nobody can read show nothing."""
    try:
        _, kind, *reading, payload = json.loads(body)
    except (ValueError, TypeError):
        return not any(each is not None for each in shown)
    if all(each is None for each in shown):
        return True
    told = shown[-1]
    try:
        return [kind, *reading] == shown[:-1] and isinstance(told, str) and json.loads(told) == payload
    except ValueError:
        return False


def _evidence(path: Path, connection: sqlite3.Connection, handed: Handed) -> None:
    for number, (station, data, answer) in enumerate(connection.execute(_EVIDENCE), 1):
        name = f"{path.name}, batch {number} of {station}"
        try:
            handed.batches.append((name, wire.unpack(data, wire.MAX_MESSAGE_BYTES)))
            if answer:
                handed.answers.append((name, wire.Answer.from_json(answer)))
        except (wire.WireError, TypeError) as error:
            handed.problems.append(f"{name} cannot be read: {error}")
