"""The entries of one journal whose times may still become better known, and when they are settled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from central.timeline import (
    AttestedFact,
    BeaconFact,
    Fact,
    Interval,
    Judgement,
    KnownFact,
    ReceiptFact,
    Stamped,
    judge,
)
from station.tap import Entry
from sync_agent import wire

# Central's clock is told to the millisecond; NTP keeps it within this.
RECEIPT_EPS_MS = 1_000
# An exchange that proves the time to this needs no later one to prove it better.
_SETTLED_MS = 2_000
# So many entries are looked at again and again while no exchange settles them; a boot may last a year.
_MOST_OPEN = 2_000

Word = tuple[int, int]
"""The earliest and latest ms at which a person says an entry happened."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The entry from which on times are open, and its bounds in ms; sequence 0 before any exchange.

    Where the earliest lies behind the latest, proofs contradicted one another up to there.
    """

    sequence: int = 0
    earliest_ms: int | None = None
    latest_ms: int | None = None


@dataclass(slots=True)
class OpenTimes:
    """The tail of one journal: entries in order, what is known about them, and what follows.

    Batches are added one at a time and settled by proven exchanges. What follows therefore depends on
    the journal alone, never on how many batches happened to be read at once.
    """

    settled: Settled
    intervals: dict[int, Interval] = field(default_factory=dict)
    """What was last found for each entry added, by sequence."""
    _sequences: list[int | None] = field(default_factory=list)
    _entries: list[Stamped] = field(default_factory=list)
    _facts: list[Fact] = field(default_factory=list)
    _anchors: list[int] = field(default_factory=list)
    _is_judged: bool = True
    _rung: int = 0
    """Of how many entries, roughly, it was found last that nothing settles them."""

    def add(
        self,
        entries: Iterable[tuple[int, Entry, wire.Beacon | None]],
        received_ms: int,
        words: Mapping[int, Word] | None = None,
    ) -> None:
        """Add a batch: each entry with its sequence and the beacon it carries, if one is proven.

        `words` are what people said of entries, by sequence.
        """
        has_anchor = False
        for sequence, entry, beacon in entries:
            if sequence < self.settled.sequence:
                continue
            has_anchor = self._append(sequence, entry, beacon) or has_anchor
            word = (words or {}).get(sequence)
            if word is not None:
                self._facts.append(AttestedFact(len(self._entries) - 1, *word))
        if not self._entries:
            return
        self._facts.append(ReceiptFact(len(self._entries) - 1, received_ms, RECEIPT_EPS_MS))
        self._is_judged = False
        # Asked again after ever more entries, so that what cannot be settled costs no more than its length.
        if has_anchor and _rung(len(self._entries)) > self._rung:
            self._settle()

    def judge(self, following: "OpenTimes | None" = None) -> None:
        """Find the intervals of all open entries, given those that surely came after them."""
        if self._is_judged and following is None:
            return
        after = following.placed_at(len(self._entries)) if following else ([], [])
        self._found(judge([*self._entries, *after[0]], [*self._facts, *after[1]]))

    def continued(self) -> "OpenTimes":
        """Return a tail that goes on from this one's end; what it finds is of its own entries alone."""
        nameless = list[int | None]([None] * len(self._entries))
        return OpenTimes(Settled(), {}, nameless, [*self._entries], [*self._facts], [*self._anchors])

    @property
    def has_exchange(self) -> bool:
        """Whether a proven exchange is among the entries."""
        return self.settled.sequence > 0 or bool(self._anchors)

    def placed_at(self, place: int) -> tuple[list[Stamped], list[Fact]]:
        """Return entries and facts for the end of another tail.

        That central had these says nothing about when the others lay before it: their receipts count
        for these alone.
        """
        moved = (_moved(fact, -place) for fact in self._facts)
        own = [
            KnownFact(fact.up_to_index, None, fact.received_ms + fact.eps_ms)
            if isinstance(fact, ReceiptFact)
            else fact
            for fact in moved
        ]
        return self._entries, list(own)

    def _append(self, sequence: int, entry: Entry, beacon: wire.Beacon | None) -> bool:
        index = len(self._entries)
        reading = entry.reading
        self._sequences.append(sequence)
        self._entries.append(
            Stamped(reading.boot, reading.raw_ms, reading.wall_ms, reading.sync_state, reading.max_error_ms)
        )
        fact = None if beacon is None else beacon_fact(index, entry, beacon)
        if sequence == self.settled.sequence:
            settled = self.settled
            self._facts.append(KnownFact(index, settled.earliest_ms, settled.latest_ms, _signed_ms(fact)))
            return False
        if not fact:
            return False
        self._facts.append(fact)
        self._anchors.append(index)
        return True

    def _found(self, judged: Judgement, first: int = 0) -> None:
        named = zip(self._sequences[first:], judged.intervals, strict=False)
        self.intervals.update((name, found) for name, found in named if name is not None)
        self._is_judged = True

    def _settle(self) -> None:
        """Forget what is before the newest exchange that has proven its time."""
        judged = judge(self._entries, self._facts)
        self._found(judged)
        self._rung = _rung(len(self._entries))
        if not self._settled_by(judged) and len(self._entries) > _MOST_OPEN:
            self._give_up(judged)

    def _settled_by(self, judged: Judgement, first: int = 0) -> bool:
        """Cut at the newest exchange that settles; `judged` begins at the entry `first`."""
        for index in reversed(self._anchors):
            bounds = _bounds(judged, index - first) if index >= first else None
            if bounds is not None and bounds[1] - bounds[0] <= _SETTLED_MS:
                self._cut(index, *bounds)
                return True
        return False

    def _give_up(self, judged: Judgement) -> None:
        """Forget the older half although nothing settled it, because it grows longer and longer.

        A contradiction ends there if the younger half knows nothing of it; else it goes on to the boot's end.
        """
        index = max((anchor for anchor in self._anchors if 2 * anchor <= len(self._entries)), default=0)
        bounds = _bounds(judged, index)
        if bounds is None and index in judged.broken:
            young = [_moved(fact, index) for fact in self._facts if _place(fact) >= index]
            alone = judge(self._entries[index:], young)
            bounds = _bounds(alone, 0)
            if bounds is not None:
                self._found(alone, index)
                if self._settled_by(alone, index):
                    return
            else:
                by_ms = judged.proven.latest[index] or 0
                bounds = by_ms + 1, by_ms
        if index and bounds is not None:
            self._cut(index, *bounds)

    def _cut(self, index: int, earliest_ms: int, latest_ms: int) -> None:
        """Forget everything before an entry; its bounds stand for all of it."""
        name = self._sequences[index]
        if name is not None:
            self.settled = Settled(name, earliest_ms, latest_ms)
        signed_ms = next(
            (_signed_ms(f) for f in self._facts if isinstance(f, BeaconFact) and f.index == index), None
        )
        self._sequences, self._entries = self._sequences[index:], self._entries[index:]
        self._anchors = [anchor - index for anchor in self._anchors if anchor > index]
        kept = [
            _moved(fact, index) for fact in self._facts if _place(fact) >= index + (not _is_receipt(fact))
        ]
        self._facts = [KnownFact(0, earliest_ms, latest_ms, signed_ms), *kept]
        # As if these had come one after the other, as they will for whoever reads on from here.
        self._rung = _rung(len(self._entries)) if self._anchors else 0


def _rung(count: int) -> int:
    """Return which of the numbers 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on was reached last, counted from 1."""
    bits = count.bit_length()
    return 2 * bits + (count >> (bits - 2) & 1) if bits > 1 else bits


def _is_receipt(fact: Fact) -> bool:
    return isinstance(fact, ReceiptFact)


def _place(fact: Fact) -> int:
    return fact.up_to_index if isinstance(fact, ReceiptFact) else fact.index


def _moved(fact: Fact, by: int) -> Fact:
    if isinstance(fact, ReceiptFact):
        return replace(fact, up_to_index=fact.up_to_index - by)
    return replace(fact, index=fact.index - by)


def _bounds(judged: Judgement, index: int) -> tuple[int, int] | None:
    """Return what is proven of an entry without people and wall clocks; None where proofs quarrel or lack."""
    earliest_ms, latest_ms = judged.proven.earliest[index], judged.proven.latest[index]
    if index in judged.broken or earliest_ms is None or latest_ms is None:
        return None
    return earliest_ms, latest_ms


def _signed_ms(fact: BeaconFact | None) -> int | None:
    return None if fact is None else fact.t3_ms - fact.eps_ms


def beacon_fact(index: int, entry: Entry, beacon: wire.Beacon) -> BeaconFact | None:
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
