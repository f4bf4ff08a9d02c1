"""Measure a station's crystal against central's clock, and say when it is worse than its figures allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

from central.timeline.bounds import PPM
from central.timeline.facts import BeaconFact
from central.timeline.resolve import RHO_PPM


@dataclass(frozen=True, slots=True)
class Drift:
    """How much more true time passes than the raw clock counts, in ppm: between these two, surely.

    A crystal that runs fast has a negative drift. `over_ms` is the raw time it was measured over.
    """

    low_ppm: int
    high_ppm: int
    over_ms: int

    def is_alarming(self, rho_ppm: int = RHO_PPM) -> bool:
        """Tell whether the drift surely lies beyond half of what the resolver allows.

        Half, because a crystal drifts further with age and heat, and beyond `rho_ppm` times are wrong
        without anything showing it. Replace the board, or have `rho_ppm` raised.
        """
        return 2 * self.low_ppm > rho_ppm or 2 * self.high_ppm < -rho_ppm


def drift(exchanges: Iterable[tuple[int, BeaconFact]]) -> Drift | None:
    """Return what exchanges, each with the boot it was made in, show of one station's crystal.

    In each boot the first and the last are compared, without a guess at the way's two halves; of the
    boots the one that bounds it best counts. None where no boot has two. Exchanges come in any order.
    The cost is linear.
    """
    ends: dict[int, tuple[BeaconFact, BeaconFact]] = {}
    for boot, fact in exchanges:
        first, last = ends.get(boot, (fact, fact))
        ends[boot] = min(first, fact, key=_begun), max(last, fact, key=_begun)
    found = [measured for first, last in ends.values() if (measured := _between(first, last))]
    return min(found, key=lambda each: (each.high_ppm - each.low_ppm, -each.over_ms), default=None)


def _begun(fact: BeaconFact) -> int:
    return fact.t1_raw_ms


def _between(first: BeaconFact, last: BeaconFact) -> Drift | None:
    inner_raw_ms = last.t1_raw_ms - first.t4_raw_ms - 1
    outer_raw_ms = last.t4_raw_ms - first.t1_raw_ms + 1
    if inner_raw_ms <= 0:
        return None
    eps_ms = first.eps_ms + last.eps_ms
    # What passed between the replies' ends is at most, and between the questions' at least, what central saw.
    most_ms = last.t2_ms - first.t3_ms + eps_ms
    least_ms = last.t3_ms - first.t2_ms - eps_ms
    low = floor((least_ms - outer_raw_ms) * PPM / outer_raw_ms)
    high = ceil((most_ms - inner_raw_ms) * PPM / inner_raw_ms)
    return Drift(low, high, inner_raw_ms)
