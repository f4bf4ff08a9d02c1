"""Published: prove again, from the bytes alone, everything the evidence claims to hold."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from central.auditor.links import UnprovenError, links
from central.errors import UnavailableError
from central.intake.keyring import Keyring, Keys
from central.store.reading import Place, ask_once, reading
from station import chain
from sync_agent import wire
from sync_agent.certificate import PURPOSE, Certificate
from sync_agent.signing import SignatureError, VerifyKey, open_note, open_text

_BATCHES: Final = """
SELECT srv_seq, station, epoch, first_seq, last_seq, last_h, received_ms, bytes, digest, answer
FROM batch WHERE station = ? AND epoch = ? AND first_seq > ? ORDER BY first_seq LIMIT 100
"""
# An epoch anybody speaks of, so that none disappears by losing its row in one table.
_EPOCHS: Final = """
SELECT station, epoch FROM epoch UNION SELECT station, epoch FROM station_head
UNION SELECT station, epoch FROM batch ORDER BY 1, 2
"""

# A file of the first layout, which no intake has opened since, has no such table.
_COUNTERSIGNED_SINCE: Final = 2
_STATIONS: Final = "SELECT DISTINCT station FROM countersignature ORDER BY 1"
_COUNTERSIGNATURES: Final = (
    "SELECT day, sha256, signed FROM countersignature WHERE station = ? ORDER BY day, sha256"
)


__all__ = ["Finding", "StoredRow", "UnprovenError", "audit", "prove", "read_rows"]


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


def audit(place: Place, keyring: Keyring, server_key: VerifyKey) -> Iterator[Finding]:
    """Yield whatever in the evidence at `place` is not what stations signed and this server acknowledged.

    Reads in small pieces, so that it may run beside the intake. A revoked key still proves what it
    signed. Raises UnavailableError.
    """
    with reading(place) as ask:
        if ask is None:
            where = place if isinstance(place, Path) else f"the evidence of {place.school} at {place.url}"
            msg = f"{where} does not exist; nothing was ever taken in, or it was moved"
            raise UnavailableError(msg)
    certified: dict[tuple[str, int], dict[int, bytes]] = {}
    for (station,) in ask_once(place, _STATIONS, since=_COUNTERSIGNED_SINCE):
        yield from _audit_certificates(place, str(station), keyring.station(str(station)) or {}, certified)
    for name, number in ask_once(place, _EPOCHS):
        station, epoch = str(name), int(number)
        keys = keyring.station(station) or {}
        yield from _audit_epoch(
            place, (station, epoch), keys, server_key, certified.pop((station, epoch), {})
        )
    for station, epoch in certified:
        yield Finding(station, epoch, None, "entries its station and this server certified are not here")


def _audit_certificates(
    place: Place, station: str, keys: Keys, certified: dict[tuple[str, int], dict[int, bytes]]
) -> Iterator[Finding]:
    """Prove what a station signed under certificates, and note the hashes both sides agreed on."""
    for day, sha256, signed in ask_once(place, _COUNTERSIGNATURES, station):
        try:
            members = wire.decode_object(str(signed).encode(), PURPOSE).members
            note = open_text(PURPOSE, members, _signer(keys, str(members.get("kid"))))
            certificate = Certificate.of(wire.decode_object(note.encode(), PURPOSE).members)
            _demand(hashlib.sha256(note.encode()).hexdigest() == sha256, "it is under another certificate")
            _demand((certificate.station, str(certificate.day)) == (station, day), "it is of another day")
        except (wire.WireError, SignatureError, UnprovenError) as error:
            yield Finding(
                station, 0, None, f"the signature under the certificate of {day} proves nothing: {error}"
            )
            continue
        for each in certificate.ranges:
            known = certified.setdefault((station, each.epoch), {})
            known |= {each.first_seq: each.first_h, each.last_seq: each.last_h}


def _audit_epoch(
    place: Place, whose: tuple[str, int], keys: Keys, server_key: VerifyKey, certified: Mapping[int, bytes]
) -> Iterator[Finding]:
    station, epoch = whose
    last, left = wire.Position(0, chain.START), dict(certified)
    if not _is_registered(place, station, epoch, keys):
        yield Finding(station, epoch, None, "the registration is not proven")
    while rows := read_rows(place, station, epoch, last.seq):
        for row in rows:
            try:
                hashes = prove(row, last, keys, server_key)
                for seq in [seq for seq in left if row.first_seq <= seq <= row.last_seq]:
                    _demand(
                        hashes[seq - row.last_seq - 1] == left.pop(seq),
                        f"entry {seq} was certified otherwise",
                    )
            except (wire.WireError, SignatureError, UnprovenError) as error:
                yield Finding(station, epoch, row.srv_seq, str(error))
            last = wire.Position(max(row.last_seq, row.first_seq), bytes(row.last_h))
    heads = ask_once(place, "SELECT seq, h FROM station_head WHERE station = ? AND epoch = ?", station, epoch)
    if heads != [(last.seq, last.h)]:
        yield Finding(station, epoch, None, "the head is not where the batches end")
    if left:
        yield Finding(station, epoch, None, f"entry {max(left)} was certified, and is not proven here")


def read_rows(place: Place, station: str, epoch: int, after: int) -> list[StoredRow]:
    """Return the next rows of an epoch that begin after a sequence, in its order; raises UnavailableError."""
    return [StoredRow(*row) for row in ask_once(place, _BATCHES, station, epoch, after)]


def prove(row: StoredRow, before: wire.Position, keys: Keys, server_key: VerifyKey) -> list[bytes]:
    """Return the chain's hashes if the row continues `before` with what was signed and answered.

    They are those of its message, which may begin with entries held before. Raises UnprovenError,
    WireError or SignatureError otherwise.
    """
    _demand(hashlib.sha256(row.data).digest() == row.digest, "the bytes are not those received")
    batch = wire.unpack(row.data, wire.MAX_MESSAGE_BYTES)
    envelope = batch.envelope
    hashes = links(batch, (row.station, row.epoch), {kid: key.verify_key for kid, key in keys.items()})
    _demand(row.first_seq == before.seq + 1, "entries before it are missing, or here twice")
    _demand(envelope.first <= row.first_seq <= envelope.last == row.last_seq, "the batch is out of its place")
    _demand(hashes[row.first_seq - envelope.first] == before.h, "the chain is broken before it")
    _demand(hashes[-1] == row.last_h, "the chain is broken inside it")
    _prove_answer(row, envelope, server_key)
    return hashes


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


def _is_registered(place: Place, station: str, epoch: int, keys: Keys) -> bool:
    for (data,) in ask_once(place, "SELECT bytes FROM epoch WHERE station = ? AND epoch = ?", station, epoch):
        try:
            registration, signed, signature = wire.parse_epoch_request(bytes(data))
            _signer(keys, signature.kid).verify(signed, signature)
        except (wire.WireError, SignatureError):
            return False
        return (registration.station, registration.epoch) == (station, epoch)
    return False


def _signer(keys: Keys, kid: str) -> VerifyKey:
    if kid not in keys:
        msg = "it is signed by none of the station's keys"
        raise SignatureError(msg)
    return keys[kid].verify_key


def _demand(holds: bool, otherwise: str) -> None:  # noqa: FBT001  the claim is what it is about
    if not holds:
        raise UnprovenError(otherwise)
