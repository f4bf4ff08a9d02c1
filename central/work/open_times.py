"""The entries of one journal whose times may still become better known, and when they are settled."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from central.timeline import BeaconFact, Fact, Interval, KnownFact, ReceiptFact, Stamped, resolve
from station.tap import Entry
from sync_agent import wire

# Central's clock is told to the millisecond; NTP keeps it within this.
RECEIPT_EPS_MS = 1_000
# An exchange that proves the time to this needs no later one to prove it better.
_SETTLED_MS = 2_000


@dataclass(frozen=True, slots=True)
class Settled:
    """The entry from which on times are open, and its bounds in ms; sequence 0 before any exchange."""

    sequence: int = 0
    earliest_ms: int | None = None
    latest_ms: int | None = None


@dataclass(slots=True)
class OpenTimes:
    """The tail of one journal: entries in order, what is known about them, and what follows.

    Batches are added one at a time and judged at each proven exchange. What follows therefore
    depends on the journal alone, never on how many batches happened to be read at once.
    """

    settled: Settled
    intervals: dict[int, Interval] = field(default_factory=dict)
    """What was last found for each entry added, by sequence."""
    _sequences: list[int] = field(default_factory=list)
    _entries: list[Stamped] = field(default_factory=list)
    _facts: list[Fact] = field(default_factory=list)
    _anchors: list[int] = field(default_factory=list)
    _is_judged: bool = True

    def add(self, entries: Iterable[tuple[int, Entry, wire.Beacon | None]], received_ms: int) -> None:
        """Add a batch: each entry with its sequence and the beacon it carries, if one is proven."""
        has_anchor = False
        for sequence, entry, beacon in entries:
            if sequence < self.settled.sequence:
                continue
            has_anchor = self._append(sequence, entry, beacon) or has_anchor
        if not self._entries:
            return
        self._facts.append(ReceiptFact(len(self._entries) - 1, received_ms, RECEIPT_EPS_MS))
        self._is_judged = False
        if has_anchor:
            self.judge()

    def judge(self) -> None:
        """Find the intervals of all open entries and settle what an exchange has proven."""
        if self._is_judged:
            return
        found = resolve(self._entries, self._facts)
        self.intervals.update(zip(self._sequences, found, strict=True))
        self._is_judged = True
        for index in reversed(self._anchors):
            if _is_settled(found[index]):
                self._cut(index, found[index])
                return

    def _append(self, sequence: int, entry: Entry, beacon: wire.Beacon | None) -> bool:
        index = len(self._entries)
        reading = entry.reading
        self._sequences.append(sequence)
        self._entries.append(
            Stamped(reading.boot, reading.raw_ms, reading.wall_ms, reading.sync_state, reading.max_error_ms)
        )
        if sequence == self.settled.sequence:
            self._facts.append(KnownFact(index, self.settled.earliest_ms, self.settled.latest_ms))
            return False
        fact = beacon and _beacon_fact(index, entry, beacon)
        if not fact:
            return False
        self._facts.append(fact)
        self._anchors.append(index)
        return True

    def _cut(self, index: int, interval: Interval) -> None:
        """Forget everything before a settled entry; its bounds stand for all of it."""
        self.settled = Settled(self._sequences[index], interval.earliest_ms, interval.latest_ms)
        self._sequences, self._entries = self._sequences[index:], self._entries[index:]
        self._anchors = [anchor - index for anchor in self._anchors if anchor > index]
        kept = [_moved(fact, index) for fact in self._facts if _reaches_beyond(fact, index)]
        self._facts = [KnownFact(0, interval.earliest_ms, interval.latest_ms), *kept]


def _reaches_beyond(fact: Fact, index: int) -> bool:
    return fact.up_to_index >= index if isinstance(fact, ReceiptFact) else fact.index > index


def _moved(fact: Fact, by: int) -> Fact:
    if isinstance(fact, ReceiptFact):
        return replace(fact, up_to_index=fact.up_to_index - by)
    return replace(fact, index=fact.index - by)


def _is_settled(interval: Interval) -> bool:
    if interval.is_contradiction or interval.earliest_ms is None or interval.latest_ms is None:
        return False
    return interval.latest_ms - interval.earliest_ms <= _SETTLED_MS


def _beacon_fact(index: int, entry: Entry, beacon: wire.Beacon) -> BeaconFact | None:
    """Return what an exchange proves, unless the station's own side of it makes no sense."""
    payload = entry.payload
    assert isinstance(payload, dict)  # noqa: S101  a proven beacon was read from it
    t1_raw_ms, t4_raw_ms = payload.get("t1"), payload.get("t4")
    if not isinstance(t1_raw_ms, int) or not isinstance(t4_raw_ms, int) or not 0 <= t1_raw_ms <= t4_raw_ms:
        return None
    boot = payload.get("boot")
    return BeaconFact(
        index,
        t1_raw_ms,
        t4_raw_ms,
        beacon.t2_ms,
        beacon.t3_ms,
        beacon.eps_ms,
        boot if isinstance(boot, int) else None,
    )
