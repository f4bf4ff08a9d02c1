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
    """Bounds of one entry that are proven already: by an earlier run, or by a person who attests them."""

    index: int
    earliest_ms: int | None
    latest_ms: int | None


Fact: TypeAlias = BeaconFact | ReceiptFact | KnownFact


@dataclass(frozen=True, slots=True)
class Interval:
    """The moments at which one entry can have happened; None where nothing bounds it.

    `is_contradiction`: evidence about this entry cannot all be true, so a person decides.
    `is_clock_doubted`: the station's wall clock claimed to be right and was disproved; the claim
    is not part of the bounds.
    """

    earliest_ms: int | None
    latest_ms: int | None
    is_contradiction: bool = False
    is_clock_doubted: bool = False
