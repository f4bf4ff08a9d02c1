"""Thousands of random lives of stations: the truth is always inside, and a crystal worse than said shows."""

import pytest

from central.timeline import AttestedFact, Interval, resolve
from tests.fakes.lives import RHO_PPM, RandomLife, random_life

IN_CI, ALL = 5_000, 100_000
_PARTS = 10


def flaws(life: RandomLife, rho_ppm: int = RHO_PPM) -> list[str]:
    """Return what is wrong with the intervals found for a life, in words."""
    intervals = resolve(life.entries, life.facts, rho_ppm)
    said = {fact.index for fact in life.facts if isinstance(fact, AttestedFact)}
    found = []
    for n, each in enumerate(intervals):
        if not life.holds(n, each.earliest_ms, each.latest_ms):
            found.append(f"entry {n} happened outside of its interval")
        if not life.holds(n, each.provable_earliest_ms, each.provable_latest_ms):
            found.append(f"entry {n} happened outside of what is provable")
        if not _is_within(each):
            found.append(f"entry {n} is known less well than is provable")
        if each.is_contradiction != (n in life.lied) or each.is_clock_doubted != (n in life.lied):
            found.append(f"the clock of entry {n} is not judged as it was")
        if each.is_word_refuted and n in said:
            found.append(f"who attested entry {n} told the truth")
    return found


def _is_within(each: Interval) -> bool:
    # The two ends of a boot, and what is carried between boots, are cut to whole milliseconds.
    low, high = each.provable_earliest_ms, each.provable_latest_ms
    return (low is None or (each.earliest_ms is not None and each.earliest_ms >= low)) and (
        high is None or (each.latest_ms is not None and each.latest_ms <= high)
    )


def _all_sound(seeds: range) -> None:
    for seed in seeds:
        found = flaws(random_life(seed))
        assert not found, f"seed {seed}: {found}"


@pytest.mark.invariant(22)
@pytest.mark.fault("T1", "T8")
@pytest.mark.parametrize("part", range(_PARTS))
def test_the_truth_lies_inside_whatever_happened_to_the_station(part: int) -> None:
    _all_sound(range(part * IN_CI // _PARTS, (part + 1) * IN_CI // _PARTS))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.invariant(22)
@pytest.mark.fault("T1")
def test_the_truth_lies_inside_in_a_hundred_thousand_lives() -> None:
    _all_sound(range(ALL))


@pytest.mark.invariant(22)
@pytest.mark.fault("T1")
def test_a_crystal_worse_than_it_is_said_to_be_puts_the_truth_outside() -> None:
    lives = [random_life(seed, worst_ppm=3 * RHO_PPM) for seed in range(200)]
    assert sum(bool(flaws(life)) for life in lives) > 50
