"""Turn a station's entries and the facts about them into the interval in which each happened."""

from collections.abc import Iterable, Sequence

from central.timeline.boots import Boot, boots
from central.timeline.claims import Stretch, claim, stretches
from central.timeline.facts import Fact, Interval, Stamped
from central.timeline.moments import Bounds, Moments

RULE_VERSION = 1
"""Raised whenever the same evidence would give another interval."""

RHO_PPM = 200
"""How far a station's crystal may be off; above what is sold, because too low a figure lies."""

# A school's own time server may be seconds off: that costs the claim. Beyond a minute somebody's clock
# is wrong enough to move a mark, and nothing here can tell whose.
_SERIOUS_MS = 60_000


def resolve(entries: Sequence[Stamped], facts: Iterable[Fact] = (), rho_ppm: int = RHO_PPM) -> list[Interval]:
    """Return one interval for each entry; `entries` are one epoch's, in the chain's order.

    The true time lies inside whenever the facts are true and the raw clock's rate is within
    `rho_ppm`. More facts never widen an interval, except where they disprove a wall clock that had
    narrowed it. A contradiction is flagged at every entry of the boots it shows in. The cost is linear
    in entries and facts.

    Facts may name any entry by its place in `entries`; a beacon whose raw clock does not fit its
    boot is left out.
    """
    lives = boots(entries)
    moments = Moments(entries, lives)
    for fact in facts:
        moments.state(fact)
    proven = moments.tighten(rho_ppm)
    claims, doubted = _believable(entries, stretches(entries, lives), proven)
    _let_count(moments, claims, entries)
    final = moments.tighten(rho_ppm)
    # Claims no proof touches may still contradict one another, and then none of them can be believed.
    claims, disputed = _believable(entries, claims, final)
    if disputed:
        moments.withdraw()
        _let_count(moments, claims, entries)
        final = moments.tighten(rho_ppm)
    return _intervals(final, _broken(lives, proven), doubted | disputed)


def _let_count(moments: Moments, claims: Iterable[Stretch], entries: Sequence[Stamped]) -> None:
    for stretch in claims:
        moments.claim(stretch, entries)


def _believable(
    entries: Sequence[Stamped], claims: Iterable[Stretch], bounds: Bounds
) -> tuple[list[Stretch], dict[int, int]]:
    """Part the stretches the bounds allow from the entries of the others, each with its gap in ms."""
    believed: list[Stretch] = []
    disproved: dict[int, int] = {}
    for stretch in claims:
        gap_ms = max(_gap(bounds, index, claim(entries[index])) for index in stretch.indexes)
        if gap_ms > 0:
            disproved.update(dict.fromkeys(stretch.indexes, gap_ms))
        else:
            believed.append(stretch)
    return believed, disproved


def _gap(bounds: Bounds, index: int, claimed: tuple[int, int]) -> int:
    """Return how many ms lie between a claim and the bounds; 0 or less when they meet."""
    earliest, latest = bounds.earliest[index], bounds.latest[index]
    low = claimed[0] if earliest is None else max(earliest, claimed[0])
    high = claimed[1] if latest is None else min(latest, claimed[1])
    return low - high


def _broken(lives: Sequence[Boot], proven: Bounds) -> set[int]:
    """Return the entries of every boot in which proofs contradict one another."""
    return {n for life in lives if life.first in proven.broken for n in range(life.first, life.last + 1)}


def _intervals(final: Bounds, broken: set[int], doubted: dict[int, int]) -> list[Interval]:
    return [
        Interval(
            earliest_ms=earliest,
            latest_ms=latest,
            is_contradiction=index in broken or doubted.get(index, 0) > _SERIOUS_MS,
            is_clock_doubted=index in doubted,
        )
        for index, (earliest, latest) in enumerate(zip(final.earliest, final.latest, strict=True))
    ]
