"""The stations of a morning, made beforehand: each has an epoch to register and a signed batch of a class."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.fakes.virtual_station import Message, VirtualStation

_AT_ONCE: Final = 200
_WORKERS: Final = 2
# As an agent's HTTP library sends them.
_HEAD: Final = (
    "POST {path} HTTP/1.1\r\nHost: central.school.example\r\nUser-Agent: rollbook-sync/0.1.0\r\n"
    "Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One station: what the keyring says of it, its two requests as bytes, and the batch's SHA-256."""

    name: str
    entry: str
    registration: bytes
    batch: bytes
    digest: bytes


def calls(stock: Path, count: int, taps: int) -> Sequence[Call]:
    """Return the first `count` stations, each with `taps` taps after its first entry; each is made once."""
    stock.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(stock / f"bell-{taps}.sqlite")) as kept:
        kept.execute(
            "CREATE TABLE IF NOT EXISTS call (number INTEGER PRIMARY KEY, name TEXT, entry TEXT,"
            " registration BLOB, batch BLOB, digest BLOB)"
        )
        ((have,),) = kept.execute("SELECT count(*) FROM call")
        for number, made in _made(range(have, count), taps):
            row = (number, made.name, made.entry, made.registration, made.batch, made.digest)
            kept.execute("INSERT INTO call VALUES (?, ?, ?, ?, ?, ?)", row)
        kept.commit()
        rows = kept.execute(
            "SELECT name, entry, registration, batch, digest FROM call ORDER BY number LIMIT ?", (count,)
        )
        return [Call(*row) for row in rows]


def keyring(whose: Sequence[Call]) -> str:
    """Return keyring.json for these stations."""
    entries = ",".join(f"{json.dumps(call.name)}:{call.entry}" for call in whose)
    return f'{{"v":1,"stations":{{{entries}}}}}\n'


def _made(numbers: Sequence[int], taps: int) -> Iterator[tuple[int, Call]]:
    if not numbers:
        return
    with get_context("spawn").Pool(min(_WORKERS, os.cpu_count() or 1)) as pool:
        yield from pool.imap(partial(_make, taps), numbers, _AT_ONCE)


def _make(taps: int, number: int) -> tuple[int, Call]:
    station = VirtualStation(f"b-{number:06}", number)
    registration = station.registration()
    for student in range(taps):
        # A class comes in within some minutes.
        station.clock.advance(7_000)
        station.tap(f"04{number:08x}{student:04x}")
    batch = station.batch()
    entry = json.dumps(station.keyring_entry(), separators=(",", ":"))
    return number, Call(
        station.name, entry, _request(registration), _request(batch), sha256(batch.body).digest()
    )


def _request(message: Message) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in message.headers.items())
    head = f"{_HEAD.format(path=message.path)}{fields}Content-Length: {len(message.body)}\r\n\r\n"
    return head.encode("ascii") + message.body
