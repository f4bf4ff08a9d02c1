"""Published: between which moments each entry of a journal was made, from what it carries itself."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from central.timeline import BeaconFact, Fact, Interval, ReceiptFact, Stamped, resolve
from station.errors import EntryError
from station.tap import Entry, Kind, decode
from sync_agent import wire
from sync_agent.signing import SignatureError, VerifyKey, open_note

RECEIPT_EPS_MS = 1_000
"""How far central's clock may be off when it says that it has received something."""


def intervals(
    entries: Sequence[tuple[int, Entry | None]],
    beacons: Mapping[int, wire.Beacon],
    receipts: Iterable[tuple[int, int]],
) -> dict[int, Interval]:
    """Return by sequence when each entry was made; one that cannot be read is as late as the next may be.

    `entries` are one epoch's, in its order, without a gap. `beacons` are the proven ones, by the entry
    that carries them; `receipts` are pairs of a sequence and when (ms UTC) everything up to it lay at
    central.
    """
    stamped: list[Stamped] = []
    places: list[int] = []
    facts: list[Fact] = []
    for sequence, entry in entries:
        if entry is None:
            continue
        reading = entry.reading
        fact = _beacon_fact(len(stamped), entry, beacons[sequence]) if sequence in beacons else None
        if fact is not None:
            facts.append(fact)
        places.append(sequence)
        stamped.append(
            Stamped(reading.boot, reading.raw_ms, reading.wall_ms, reading.sync_state, reading.max_error_ms)
        )
    for up_to, received_ms in receipts:
        index = bisect_right(places, up_to) - 1
        if index >= 0:
            facts.append(ReceiptFact(index, received_ms, RECEIPT_EPS_MS))
    found = dict(zip(places, resolve(stamped, facts), strict=True))
    return _completed(entries, found)


def _completed(
    entries: Sequence[tuple[int, Entry | None]], found: dict[int, Interval]
) -> dict[int, Interval]:
    latest_ms: int | None = None
    for sequence, entry in reversed(entries):
        if entry is None:
            found[sequence] = Interval(None, latest_ms)
        latest_ms = found[sequence].latest_ms
    return found


def readable(body: bytes) -> Entry | None:
    """Return what an entry says, None for what only a later version can read."""
    try:
        return decode(body)
    except EntryError:
        return None


def beacon_of(entry: Entry, station: str, server_key: VerifyKey) -> wire.Beacon | None:
    """Return the beacon an entry carries, None for another entry.

    Raises SignatureError or WireError for one that central did not sign for this station.
    """
    if entry.kind != Kind.BEACON or not isinstance(entry.payload, dict):
        return None
    beacon = wire.Beacon.of(open_note("beacon", entry.payload.get("signed"), server_key))
    if beacon.station != station:
        msg = "the beacon was signed for another station"
        raise SignatureError(msg)
    return beacon


def _beacon_fact(index: int, entry: Entry, beacon: wire.Beacon) -> BeaconFact | None:
    """Return what an exchange proves, unless the station's own side of it makes no sense."""
    payload = entry.payload if isinstance(entry.payload, dict) else {}
    t1_raw_ms, t4_raw_ms, boot = payload.get("t1"), payload.get("t4"), payload.get("boot")
    if not isinstance(t1_raw_ms, int) or not isinstance(t4_raw_ms, int) or not 0 <= t1_raw_ms <= t4_raw_ms:
        return None
    return BeaconFact(
        index,
        t1_raw_ms,
        t4_raw_ms,
        beacon.t2_ms,
        beacon.t3_ms,
        beacon.eps_ms,
        boot if isinstance(boot, int) else None,
    )
