"""Lay entries and exchanges out on the raw clocks of their boots and tighten what bounds them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from central.timeline.boots import Boot
from central.timeline.bounds import Track, higher, lower, lower_bounds, upper_bounds
from central.timeline.claims import Stretch, claim
from central.timeline.facts import AttestedFact, BeaconFact, Fact, KnownFact, ReceiptFact, Stamped


@dataclass(frozen=True, slots=True)
class Bounds:
    """What follows for each entry, and the first entry of each boot in which it is impossible."""

    earliest: Sequence[int | None]
    latest: Sequence[int | None]
    broken: frozenset[int]


@dataclass(slots=True)
class _Moment:
    """One reading of a raw clock: what is stated, said and claimed about it, and what follows."""

    raw_ms: int
    low: int | None = None
    high: int | None = None
    said_low: int | None = None
    said_high: int | None = None
    claimed_low: int | None = None
    claimed_high: int | None = None
    earliest: int | None = None
    latest: int | None = None

    @property
    def stated_low(self) -> int | None:
        return higher(higher(self.low, self.said_low), self.claimed_low)

    @property
    def stated_high(self) -> int | None:
        return lower(lower(self.high, self.said_high), self.claimed_high)

    @property
    def is_impossible(self) -> bool:
        return self.earliest is not None and self.latest is not None and self.earliest > self.latest


class Moments:
    """The moments of every boot, and what is stated about each on its own."""

    def __init__(self, entries: Sequence[Stamped], lives: Sequence[Boot]) -> None:
        self._lives = lives
        self._entries = [_Moment(entry.raw_ms) for entry in entries]
        self._exchanges: list[list[_Moment]] = [[] for _ in lives]
        self._numbers = [life.number for life in lives]
        self._life_of = [n for n, life in enumerate(lives) for _ in range(life.first, life.last + 1)]

    def state(self, fact: Fact) -> None:
        """Add one fact; facts are taken as true. A person's word is none until it is let count."""
        match fact:
            case BeaconFact():
                self._exchange(fact)
            case ReceiptFact():
                # What lay before it in the chain follows from it, by the order alone.
                moment = self._entries[fact.up_to_index]
                moment.high = lower(moment.high, fact.received_ms + fact.eps_ms)
            case KnownFact():
                moment = self._entries[fact.index]
                moment.low = higher(moment.low, fact.earliest_ms)
                moment.high = lower(moment.high, fact.latest_ms)

    def say(self, words: Iterable[AttestedFact]) -> None:
        """Let these words of people count, and no others."""
        for moment in self._entries:
            moment.said_low = moment.said_high = None
        for fact in words:
            moment = self._entries[fact.index]
            moment.said_low = higher(moment.said_low, fact.earliest_ms)
            moment.said_high = lower(moment.said_high, fact.latest_ms)

    def claim(self, stretch: Stretch, entries: Sequence[Stamped]) -> None:
        """Let the wall clock's claims of one stretch count."""
        for index in stretch.indexes:
            moment = self._entries[index]
            moment.claimed_low, moment.claimed_high = claim(entries[index])

    def withdraw(self) -> None:
        """Let no claim count any more."""
        for moment in self._entries:
            moment.claimed_low = moment.claimed_high = None

    def tighten(self, rho_ppm: int) -> Bounds:
        """Return what follows for each entry from everything stated so far."""
        ordered = [sorted(self._members(n), key=lambda each: each.raw_ms) for n in range(len(self._lives))]
        lows = [[each.stated_low for each in members] for members in ordered]
        highs = [[each.stated_high for each in members] for members in ordered]
        earliest = lower_bounds(self._tracks(ordered, lows), rho_ppm)
        latest = upper_bounds(self._tracks(ordered, highs), rho_ppm)
        for members, low_row, high_row in zip(ordered, earliest, latest, strict=True):
            for each, low, high in zip(members, low_row, high_row, strict=True):
                each.earliest, each.latest = low, high
        broken = frozenset(
            life.first
            for life, members in zip(self._lives, ordered, strict=True)
            if any(each.is_impossible for each in members)
        )
        return Bounds(
            [each.earliest for each in self._entries], [each.latest for each in self._entries], broken
        )

    def _exchange(self, fact: BeaconFact) -> None:
        # Whatever the raw clocks say: nobody can write a reply down before it was signed.
        carrier = self._entries[fact.index]
        carrier.low = higher(carrier.low, fact.t3_ms - fact.eps_ms)
        life = self._life_of[fact.index]
        if fact.boot is not None:
            while life >= 0 and self._numbers[life] != fact.boot:
                life -= 1
        # A reply is in hand before it is written down; a raw clock beyond the entry's is another boot's.
        is_own = life == self._life_of[fact.index]
        if life < 0 or (is_own and fact.t4_raw_ms > self._entries[fact.index].raw_ms):
            return
        self._exchanges[life].append(_Moment(fact.t1_raw_ms, high=fact.t2_ms + fact.eps_ms))
        self._exchanges[life].append(_Moment(fact.t4_raw_ms, low=fact.t3_ms - fact.eps_ms))

    def _members(self, n: int) -> list[_Moment]:
        life = self._lives[n]
        return self._entries[life.first : life.last + 1] + self._exchanges[n]

    def _tracks(
        self, ordered: Sequence[Sequence[_Moment]], stated: Sequence[list[int | None]]
    ) -> list[Track]:
        tracks = []
        for life, members, bounds in zip(self._lives, ordered, stated, strict=True):
            raws = [each.raw_ms for each in members]
            tracks.append(Track(raws, bounds, min(life.since_raw_ms, raws[0]), raws[-1]))
        return tracks
