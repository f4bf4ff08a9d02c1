"""What the resolver is given and what it returns, all times in whole milliseconds UTC since 1970."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Stamped:
    """What one entry says about time: the boot and its raw clock, and a wall clock that only claims.

    `sync_state` is 1 when the station's kernel called the wall clock synchronised.
    """

    boot: int
    raw_ms: int
    wall_ms: int
    sync_state: int
    max_error_ms: int


@dataclass(frozen=True, slots=True)
class BeaconFact:
    """A proven exchange: what left at `t1_raw_ms` arrived at `t2_ms`; the reply left at `t3_ms`.

    `index` is the entry that carries the beacon. The raw clock is that entry's boot's, unless `boot`
    names the earlier boot in which the exchange took place.
    """

    index: int
    t1_raw_ms: int
    t4_raw_ms: int
    t2_ms: int
    t3_ms: int
    eps_ms: int
    boot: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptFact:
    """Every entry up to and including `up_to_index` lay before central at `received_ms`."""

    up_to_index: int
    received_ms: int
    eps_ms: int


@dataclass(frozen=True, slots=True)
class KnownFact:
    """Bounds of one entry that an earlier run has proven.

    `provable_earliest_ms` is the part of it that trusted no clock of the station.
    """

    index: int
    earliest_ms: int | None
    latest_ms: int | None
    provable_earliest_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AttestedFact:
    """A named person's word that one entry happened between two moments; counted where no proof denies it."""

    index: int
    earliest_ms: int
    latest_ms: int


Fact: TypeAlias = BeaconFact | ReceiptFact | KnownFact | AttestedFact


@dataclass(frozen=True, slots=True)
class Interval:
    """The moments at which one entry can have happened; None where nothing bounds it.

    The first two are the estimate: all evidence, the station's raw clock included. The `provable`
    ones trust no clock of the station, only signed exchanges before the entry and receipts after it.
    `is_contradiction`: evidence about this entry cannot all be true, so a person decides.
    `is_clock_doubted`: the station's wall clock claimed to be right and was disproved; the claim
    is not part of the bounds. `is_attested`: the estimate rests on a person's word, and would be wider
    without. `is_word_refuted`: a person's word about this very entry was disproved and not counted.
    """

    earliest_ms: int | None
    latest_ms: int | None
    is_contradiction: bool = False
    is_clock_doubted: bool = False
    provable_earliest_ms: int | None = None
    provable_latest_ms: int | None = None
    is_attested: bool = False
    is_word_refuted: bool = False
