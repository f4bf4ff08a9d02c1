"""Turn a station's entries and the facts about them into the interval in which each happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from central.timeline.boots import Boot, boots
from central.timeline.bounds import higher, lower
from central.timeline.claims import Stretch, claim, stretches
from central.timeline.facts import AttestedFact, Fact, Interval, Stamped
from central.timeline.moments import Bounds, Moments
from central.timeline.provable import provable

RULE_VERSION = 2
"""Raised whenever the same evidence would give another interval.

1: exchanges, receipts and synchronised wall clocks. 2: the word of people, the second bracket, no wall
clock from before these stations were built, and a beacon no boot explains bounds its own entry.
"""

RHO_PPM = 200
"""How far a station's crystal may be off; above what is sold, because too low a figure lies."""

# A school's own time server may be seconds off: that costs the claim. Beyond a minute somebody's clock
# is wrong enough to move a mark, and nothing here can tell whose.
_SERIOUS_MS = 60_000
# 2020-01-01, before any station was built: a clock that says less has lost its battery, whoever believes it.
_BUILT_MS = 1_577_836_800_000


@dataclass(frozen=True, slots=True)
class _Soft:
    """What follows once everything believable counts, and what was not believed."""

    said: Bounds
    final: Bounds
    refuted: frozenset[int]
    doubted: dict[int, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The intervals, and what of them rests on signed exchanges, receipts and the raw clock alone.

    `broken` are the entries of the boots in which proofs contradict one another.
    """

    intervals: list[Interval]
    proven: Bounds
    broken: frozenset[int]


def resolve(entries: Sequence[Stamped], facts: Iterable[Fact] = (), rho_ppm: int = RHO_PPM) -> list[Interval]:
    """Return one interval for each entry; `entries` are one epoch's, in the chain's order.

    The true time lies inside whenever the facts are true and the raw clock's rate is within
    `rho_ppm`. More facts never widen an interval, except where they disprove a wall clock or a person
    that had narrowed it; the provable bounds they never widen at all. A contradiction is flagged at
    every entry of the boots it shows in. The cost is linear in entries and facts.

    Facts may name any entry by its place in `entries`; the raw clock of a beacon that does not fit
    its boot is left out. Proofs come before people, and people before wall clocks: what contradicts
    something better does not count, and shows.
    """
    return judge(entries, facts, rho_ppm).intervals


def judge(entries: Sequence[Stamped], facts: Iterable[Fact] = (), rho_ppm: int = RHO_PPM) -> Judgement:
    """Return what `resolve` does, and beside it what of that is proven without people and wall clocks."""
    given = list(facts)
    lives = boots(entries)
    moments = Moments(entries, lives)
    for fact in given:
        moments.state(fact)
    proven = moments.tighten(rho_ppm)
    said, refuted = _words(moments, given, proven, rho_ppm)
    final, doubted = _claims(moments, entries, lives, said, rho_ppm)
    soft = _Soft(said, final, refuted, doubted)
    brackets = provable(len(entries), given)
    broken = _broken(lives, proven)
    found = [_interval(n, proven, soft, brackets, is_broken=n in broken) for n in range(len(entries))]
    return Judgement(found, proven, broken)


def _words(
    moments: Moments, facts: Iterable[Fact], proven: Bounds, rho_ppm: int
) -> tuple[Bounds, frozenset[int]]:
    """Let people's words count where no proof and no other word denies them; return whose are denied."""
    words = [fact for fact in facts if isinstance(fact, AttestedFact)]
    if not words:
        return proven, frozenset()
    believed = [fact for fact in words if _is_possible(proven, fact)]
    moments.say(believed)
    said = moments.tighten(rho_ppm)
    # Words no proof touches may still contradict one another, and then none of them can be believed.
    agreed = [fact for fact in believed if _is_possible(said, fact)]
    if len(agreed) < len(believed):
        moments.say(agreed)
        said = moments.tighten(rho_ppm)
    return said, frozenset(fact.index for fact in words if fact not in agreed)


def _claims(
    moments: Moments, entries: Sequence[Stamped], lives: Sequence[Boot], better: Bounds, rho_ppm: int
) -> tuple[Bounds, dict[int, int]]:
    """Let wall clocks count where nothing better denies them; return the denied, each with its gap in ms."""
    claims, doubted = _believable(entries, stretches(entries, lives), better)
    _let_count(moments, claims, entries)
    final = moments.tighten(rho_ppm)
    # The same holds for clocks: two that contradict each other are both wrong for all we know.
    claims, disputed = _believable(entries, claims, final)
    if disputed:
        moments.withdraw()
        _let_count(moments, claims, entries)
        final = moments.tighten(rho_ppm)
    return final, doubted | disputed


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


def _is_possible(bounds: Bounds, word: AttestedFact) -> bool:
    return _gap(bounds, word.index, (word.earliest_ms, word.latest_ms)) <= 0


def _gap(bounds: Bounds, index: int, claimed: tuple[int, int]) -> int:
    """Return how many ms lie between a claim and the bounds; 0 or less when they meet."""
    earliest, latest = bounds.earliest[index], bounds.latest[index]
    low = max(_BUILT_MS if earliest is None else earliest, claimed[0])
    high = claimed[1] if latest is None else min(latest, claimed[1])
    return low - high


def _broken(lives: Sequence[Boot], proven: Bounds) -> frozenset[int]:
    """Return the entries of every boot in which proofs contradict one another."""
    broken = (life for life in lives if life.first in proven.broken)
    return frozenset(n for life in broken for n in range(life.first, life.last + 1))


def _interval(
    n: int,
    proven: Bounds,
    soft: _Soft,
    brackets: tuple[Sequence[int | None], Sequence[int | None]],
    *,
    is_broken: bool,
) -> Interval:
    estimated = soft.final.earliest[n], soft.final.latest[n]
    # The raw clock is cut to whole milliseconds, signatures are not.
    earliest, latest = higher(estimated[0], brackets[0][n]), lower(estimated[1], brackets[1][n])
    is_crossed = earliest is not None and latest is not None and earliest > latest
    return Interval(
        earliest_ms=earliest,
        latest_ms=latest,
        is_contradiction=is_broken or is_crossed or soft.doubted.get(n, 0) > _SERIOUS_MS,
        is_clock_doubted=n in soft.doubted,
        provable_earliest_ms=brackets[0][n],
        provable_latest_ms=brackets[1][n],
        is_attested=(proven.earliest[n] != soft.said.earliest[n] == estimated[0])
        or (proven.latest[n] != soft.said.latest[n] == estimated[1]),
        is_word_refuted=n in soft.refuted,
    )
