"""The entries of one station's journals as central holds them, each with its hash and its time."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from central.auditor import times
from central.store.evidence import Evidence
from central.timeline import Interval
from station import chain
from station.tap import Entry
from sync_agent import wire
from sync_agent.signing import SignatureError, VerifyKey

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What a station said of itself with a batch: its software, and the versions it had."""

    sw: str
    roster: int | None
    config: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: its place, its hash, its leaf, what it says (None where nobody can read it), and when."""

    epoch: int
    sequence: int
    h: bytes
    leaf: bytes
    entry: Entry | None
    interval: Interval
    said: Said


def read(
    evidence: Evidence, station: str, after: Mapping[int, int], server_key: VerifyKey
) -> dict[int, list[Line]]:
    """Return by epoch, the oldest first, the entries behind the places named; 0 for epochs not named.

    Where the evidence is damaged an epoch ends for now: what lies behind the damage cannot be hashed.
    """
    epochs = [epoch for code, epoch, _ in evidence.journals() if code == station]
    found: list[tuple[int, list[Line]]] = []
    for epoch in epochs:
        began_ms, lines = _epoch(evidence, station, epoch, after.get(epoch, 0), server_key)
        found.append((began_ms, lines))
    return {lines[0].epoch: lines for _, lines in sorted(found, key=lambda each: each[0]) if lines}


def _epoch(
    evidence: Evidence, station: str, epoch: int, after: int, server_key: VerifyKey
) -> tuple[int, list[Line]]:
    rows: list[tuple[int, bytes, bytes, Said]] = []
    receipts: list[tuple[int, int]] = []
    next_sequence = after + 1
    for batch in evidence.journal(station, epoch, beyond=after):
        try:
            opened = batch.open()
        except wire.WireError:
            log.exception("evidence.unreadable sequence=%d station=%s", batch.server_sequence, station)
            break
        if batch.first_sequence > next_sequence:
            log.error("evidence.missing station=%s epoch=%d sequence=%d", station, epoch, next_sequence)
            break
        next_sequence = batch.last_sequence + 1
        envelope = opened.envelope
        said = Said(envelope.sw, envelope.have.roster, envelope.have.config)
        rows += [
            (sequence, h, body, said)
            for sequence, h, body in _hashed(opened)
            if sequence > after and sequence >= batch.first_sequence
        ]
        receipts.append((batch.last_sequence, batch.received_ms))
    return (receipts[0][1] if receipts else 0), _lines(epoch, rows, receipts, station, server_key)


def _hashed(opened: wire.Batch) -> Iterable[tuple[int, bytes, bytes]]:
    h = opened.envelope.prev
    for sequence, body in enumerate(opened.bodies, opened.envelope.first):
        h = chain.link(h, body)
        yield sequence, h, body


def _lines(
    epoch: int,
    rows: list[tuple[int, bytes, bytes, Said]],
    receipts: list[tuple[int, int]],
    station: str,
    server_key: VerifyKey,
) -> list[Line]:
    entries = [(sequence, times.readable(body)) for sequence, _, body, _ in rows]
    beacons = dict[int, wire.Beacon]()
    for sequence, entry in entries:
        beacon = None if entry is None else _beacon(entry, station, server_key)
        if beacon is not None:
            beacons[sequence] = beacon
    found = times.intervals(entries, beacons, receipts)
    return [
        Line(epoch, sequence, h, chain.leaf(body), entry, found[sequence], said)
        for (sequence, h, body, said), (_, entry) in zip(rows, entries, strict=True)
    ]


def _beacon(entry: Entry, station: str, server_key: VerifyKey) -> wire.Beacon | None:
    try:
        return times.beacon_of(entry, station, server_key)
    except (SignatureError, wire.WireError):
        return None
