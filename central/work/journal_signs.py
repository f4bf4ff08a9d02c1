"""Read the stretch of each of a station's journals that tells of some hours, with its entries' times."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from central.auditor import times
from central.config import CentralConfig
from central.store.evidence import Evidence, StoredBatch
from central.store.models import StationTimeline
from central.timeline import Interval
from central.work import keys
from station import tap
from sync_agent import signing, wire

# So many batches before the first that matters hold an exchange that bounds it from below.
_BACK: Final = 3
_AT_ONCE: Final = 50
_SLACK_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Signs:
    """A stretch of one journal: the entries in it and when each was made."""

    epoch: int
    intervals: dict[int, Interval]
    """By sequence; under 0 the time from which entries came in by another journal alone."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where entries are read, and the key under which their exchanges are proven."""

    evidence: Evidence
    key: Callable[[], signing.VerifyKey]
    """Asked only where there is an exchange to prove."""

    @classmethod
    def of(cls, config: CentralConfig) -> Self:
        """Return those of an installation."""
        return cls(
            Evidence(config.evidence_at),
            lambda: signing.VerifyKey.from_hex(keys.public(config.keys, keys.ACK)),
        )


def read_signs(sources: Sources, station: str, since_ms: int, until_ms: int) -> list[Signs]:
    """Return what came in about a span (ms UTC): from an exchange before it to one behind it."""
    found = []
    for epoch, first in sources.evidence.held_before(station, since_ms - _SLACK_MS, _BACK).items():
        signs = _read(sources, station, epoch, first - 1, until_ms + _SLACK_MS)
        if signs.intervals:
            found.append(signs)
    return found + _brought(station, {each.epoch: each for each in found})


def _brought(station: str, signs: Mapping[int, Signs]) -> list[Signs]:
    """Return, for journals that end in another one, the time between as a time of entries.

    What was carried over is somewhere between the last entry that came in by itself and the first one
    of the journal that carried it.
    """
    found = []
    timelines = StationTimeline.objects.filter(station=station).exclude(carried_in=0)
    for own, carrier in timelines.values_list("epoch", "carried_in"):
        began = signs[carrier].intervals.get(1) if carrier in signs else None
        if began is not None:
            last = max(signs[own].intervals.items())[1] if own in signs else Interval(None, None)
            found.append(Signs(carrier, {0: Interval(last.earliest_ms, began.latest_ms)}))
    return found


def _read(sources: Sources, station: str, epoch: int, beyond: int, until_ms: int) -> Signs:
    """Read a journal from an entry on, until an exchange later than the span has bounded what is in it."""
    entries: list[tuple[int, tap.Entry | None]] = []
    beacons: dict[int, wire.Beacon] = {}
    receipts: list[tuple[int, int]] = []
    server_key = sources.key()
    for batch in _batches(sources.evidence, station, epoch, beyond):
        lines = _lines(batch)
        entries += lines
        receipts.append((batch.last_sequence, batch.received_ms))
        proven = dict(_beacons(lines, station, server_key))
        beacons |= proven
        if any(beacon.t3_ms > until_ms for beacon in proven.values()):
            break
    return Signs(epoch, times.intervals(entries, beacons, receipts))


def _batches(evidence: Evidence, station: str, epoch: int, beyond: int) -> Iterator[StoredBatch]:
    while some := evidence.journal(station, epoch, beyond=beyond, limit=_AT_ONCE):
        yield from some
        beyond = some[-1].last_sequence


def _lines(batch: StoredBatch) -> list[tuple[int, tap.Entry | None]]:
    """Return the entries a batch added; none of one that is damaged."""
    try:
        opened = batch.open()
    except wire.WireError:
        return []
    lines = enumerate(opened.bodies, start=opened.envelope.first)
    return [(sequence, times.readable(body)) for sequence, body in lines if sequence >= batch.first_sequence]


def _beacons(
    entries: Iterable[tuple[int, tap.Entry | None]], station: str, server_key: signing.VerifyKey
) -> Iterator[tuple[int, wire.Beacon]]:
    for sequence, entry in entries:
        try:
            beacon = entry and times.beacon_of(entry, station, server_key)
        except (signing.SignatureError, wire.WireError):
            continue
        if beacon:
            yield sequence, beacon
