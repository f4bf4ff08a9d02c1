"""Date what a fleet brought as central does, and hold every interval against the truth."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from central.fleet.fleet import Fleet
from central.fleet.held import Stored
from central.fleet.invariants import Broken, Invariant
from central.fleet.timetable import ZONE
from central.timeline import Grade, Interval, grade, local_day
from central.work.open_times import OpenTimes, Settled
from station import chain
from station.errors import EntryError
from station.tap import Entry, Kind, decode
from sync_agent import wire
from sync_agent.signing import SignatureError, VerifyKey, open_note

Found: TypeAlias = tuple[Invariant, str]
"""An invariant that held, and the figures it was held against."""

_JOURNALS = "SELECT DISTINCT station, epoch FROM batch ORDER BY station, epoch"
_BATCHES = (
    "SELECT srv_seq, station, epoch, first_seq, last_seq, last_h, received_ms, bytes FROM batch"
    " WHERE station = ? AND epoch = ? ORDER BY first_seq"
)


def check_times(fleet: Fleet) -> Iterator[Found]:
    """Yield how many intervals hold the truth; raises Broken."""
    entries = doubted = dated = undated = 0
    for station, epoch in fleet.central.ask_evidence(_JOURNALS):
        for leaf, interval, is_tap in _intervals(fleet, station, epoch):
            truths_ms = fleet.world.witness.written[leaf]
            entries += 1
            if interval.is_contradiction:
                doubted += 1
            elif not any(_holds(interval, truth_ms) for truth_ms in truths_ms):
                found = f"epoch {epoch}: {sorted(truths_ms)} is not in {interval}"
                raise Broken(Invariant.TIME_HOLDS_TRUTH, station, found)
            if is_tap and _date(station, interval, truths_ms):
                dated += 1
            elif is_tap:
                undated += 1
    yield Invariant.TIME_HOLDS_TRUTH, f"{entries} intervals hold the truth, {doubted} contradict themselves"
    yield Invariant.UNPROVEN_IS_UNDATED, f"{dated} taps dated rightly, {undated} left to a person"


def _intervals(fleet: Fleet, station: str, epoch: int) -> Iterator[tuple[bytes, Interval, bool]]:
    times = OpenTimes(Settled())
    known: dict[int, tuple[bytes, bool]] = {}
    for row in fleet.central.ask_evidence(_BATCHES, station, epoch):
        stored = Stored(*row)
        batch = wire.unpack(stored.data, wire.MAX_MESSAGE_BYTES)
        lines = list[tuple[int, Entry, wire.Beacon | None]]()
        for seq, body in enumerate(batch.bodies, batch.envelope.first):
            if seq < stored.first_seq:
                continue
            try:
                entry = decode(body)
            except EntryError:
                continue
            known[seq] = chain.leaf(body), entry.kind == Kind.TAP
            lines.append((seq, entry, _beacon(entry, station, fleet.central.key)))
        times.add(lines, stored.received_ms)
    times.judge()
    for seq, interval in times.intervals.items():
        leaf, is_tap = known[seq]
        yield leaf, interval, is_tap


def _beacon(entry: Entry, station: str, key: VerifyKey) -> wire.Beacon | None:
    if entry.kind != Kind.BEACON or not isinstance(entry.payload, dict):
        return None
    try:
        beacon = wire.Beacon.of(open_note("beacon", entry.payload.get("signed"), key))
    except (SignatureError, wire.WireError):
        return None
    return beacon if beacon.station == station else None


def _holds(interval: Interval, truth_ms: int) -> bool:
    earliest_ms, latest_ms = interval.earliest_ms, interval.latest_ms
    return (earliest_ms is None or earliest_ms <= truth_ms) and (latest_ms is None or truth_ms <= latest_ms)


def _date(station: str, interval: Interval, truths_ms: Collection[int]) -> bool:
    """Say whether a tap has a date; raises Broken for one that must not, or that is another day's."""
    quality, on = grade(interval, ZONE), local_day(interval, ZONE)
    if quality in {Grade.REVIEW, Grade.CONTRADICTION}:
        if on is not None:
            raise Broken(Invariant.UNPROVEN_IS_UNDATED, station, f"grade {quality} on {on}")
        return False
    if on not in {local_day(Interval(truth_ms, truth_ms), ZONE) for truth_ms in truths_ms}:
        raise Broken(Invariant.UNPROVEN_IS_UNDATED, station, f"dated {on}, but it was another day")
    return True
