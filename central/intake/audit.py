"""Published: prove again, from the bytes alone, everything the evidence claims to hold."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from central.errors import CentralError, UnavailableError
from central.intake.keyring import Keyring, Keys
from station import chain
from sync_agent import wire
from sync_agent.signing import Signature, SignatureError, VerifyKey, open_note

_BATCHES: Final = """
SELECT srv_seq, station, epoch, first_seq, last_seq, last_h, received_ms, bytes, digest, answer
FROM batch WHERE station = ? AND epoch = ? AND first_seq > ? ORDER BY first_seq LIMIT 100
"""
# An epoch anybody speaks of, so that none disappears by losing its row in one table.
_EPOCHS: Final = """
SELECT station, epoch FROM epoch UNION SELECT station, epoch FROM station_head
UNION SELECT station, epoch FROM batch ORDER BY 1, 2
"""


class UnprovenError(CentralError):
    """Something stored does not follow from what is signed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the evidence does not prove itself; `srv_seq` is None for an epoch as a whole."""

    station: str
    epoch: int
    srv_seq: int | None
    what: str


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of the table `batch`."""

    srv_seq: int
    station: str
    epoch: int
    first_seq: int
    last_seq: int
    last_h: bytes
    received_ms: int
    data: bytes
    digest: bytes
    answer: bytes


def audit(path: Path, keyring: Keyring, server_key: VerifyKey) -> Iterator[Finding]:
    """Yield whatever in the evidence at `path` is not what stations signed and this server acknowledged.

    Reads in small pieces, so that it may run beside the intake. A revoked key still proves what it
    signed. Raises UnavailableError.
    """
    if not path.exists():
        msg = f"{path} does not exist; nothing was ever taken in, or it was moved"
        raise UnavailableError(msg)
    for station, epoch in _ask(path, _EPOCHS):
        yield from _audit_epoch(
            path, str(station), int(epoch), keyring.station(str(station)) or {}, server_key
        )


def _audit_epoch(
    path: Path, station: str, epoch: int, keys: Keys, server_key: VerifyKey
) -> Iterator[Finding]:
    last = wire.Position(0, chain.START)
    if not _is_registered(path, station, epoch, keys):
        yield Finding(station, epoch, None, "the registration is not proven")
    while rows := read_rows(path, station, epoch, last.seq):
        for row in rows:
            try:
                prove(row, last, keys, server_key)
            except (wire.WireError, SignatureError, UnprovenError) as error:
                yield Finding(station, epoch, row.srv_seq, str(error))
            last = wire.Position(max(row.last_seq, row.first_seq), bytes(row.last_h))
    heads = _ask(path, "SELECT seq, h FROM station_head WHERE station = ? AND epoch = ?", station, epoch)
    if heads != [(last.seq, last.h)]:
        yield Finding(station, epoch, None, "the head is not where the batches end")


def read_rows(path: Path, station: str, epoch: int, after: int) -> list[StoredRow]:
    """Return the next rows of an epoch that begin after a sequence, in its order; raises UnavailableError."""
    return [StoredRow(*row) for row in _ask(path, _BATCHES, station, epoch, after)]


def prove(row: StoredRow, before: wire.Position, keys: Keys, server_key: VerifyKey) -> None:
    """Return if the row continues `before` with what its station signed and this server answered.

    Raises UnprovenError, WireError or SignatureError otherwise.
    """
    _demand(hashlib.sha256(row.data).digest() == row.digest, "the bytes are not those received")
    batch = wire.unpack(row.data, wire.MAX_MESSAGE_BYTES)
    envelope = batch.envelope
    _demand((envelope.station, envelope.epoch) == (row.station, row.epoch), "the batch belongs elsewhere")
    _signer(keys, batch.signature).verify(batch.signed_bytes, batch.signature)
    _demand(row.first_seq == before.seq + 1, "entries before it are missing, or here twice")
    _demand(envelope.first <= row.first_seq <= envelope.last == row.last_seq, "the batch is out of its place")
    hashes = [envelope.prev]
    for body in batch.bodies:
        hashes.append(chain.link(hashes[-1], body))
    _demand(hashes[row.first_seq - envelope.first] == before.h, "the chain is broken before it")
    _demand(hashes[-1] == row.last_h, "the chain is broken inside it")
    _prove_answer(row, envelope, server_key)


def _prove_answer(row: StoredRow, envelope: wire.Envelope, server_key: VerifyKey) -> None:
    answer = wire.Answer.from_json(row.answer)
    ack = wire.Ack.of(open_note("ack", answer.ack, server_key))
    beacon = wire.Beacon.of(open_note("beacon", answer.beacon, server_key))
    acked = (ack.station, ack.epoch, ack.seq, ack.h)
    _demand(
        acked == (row.station, row.epoch, row.last_seq, row.last_h), "the answer acknowledges something else"
    )
    told = (beacon.station, beacon.nonce, beacon.t2_ms, beacon.head)
    received = (row.station, envelope.nonce, row.received_ms, envelope.head.h)
    _demand(told == received, "the time it was received is not the one that was told")


def _is_registered(path: Path, station: str, epoch: int, keys: Keys) -> bool:
    for (data,) in _ask(path, "SELECT bytes FROM epoch WHERE station = ? AND epoch = ?", station, epoch):
        try:
            registration, signed, signature = wire.parse_epoch_request(bytes(data))
            _signer(keys, signature).verify(signed, signature)
        except (wire.WireError, SignatureError):
            return False
        return (registration.station, registration.epoch) == (station, epoch)
    return False


def _signer(keys: Keys, signature: Signature) -> VerifyKey:
    if signature.kid not in keys:
        msg = "it is signed by none of the station's keys"
        raise SignatureError(msg)
    return keys[signature.kid].verify_key


def _demand(holds: bool, otherwise: str) -> None:  # noqa: FBT001  the claim is what it is about
    if not holds:
        raise UnprovenError(otherwise)


def _ask(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:  # a row is what its query asks for
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        msg = f"{path} cannot be read ({error}); look at the disk, or restore it from a backup"
        raise UnavailableError(msg) from error
