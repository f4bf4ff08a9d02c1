"""Whatever happened to a station: the truth lies inside, and evidence only narrows."""

import cProfile
import pstats
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from central.timeline import AttestedFact, BeaconFact, Fact, Interval, ReceiptFact, Stamped, resolve
from tests.fakes.histories import EPS_MS, RHO_PPM, START_MS, History, Life, histories
from tests.fakes.lives import random_life

UP, DOWN = 1 + Fraction(RHO_PPM, 1_000_000), 1 - Fraction(RHO_PPM, 1_000_000)


@pytest.mark.invariant(22)
@pytest.mark.fault("T1")
@settings(max_examples=150, deadline=None)
@given(histories())
def test_the_truth_lies_inside_every_interval(history: History) -> None:
    for truth_ms, interval in zip(
        history.truths_ms, resolve(history.entries, history.facts, RHO_PPM), strict=True
    ):
        assert interval.earliest_ms is None or interval.earliest_ms <= truth_ms
        assert interval.latest_ms is None or truth_ms <= interval.latest_ms


@settings(max_examples=100, deadline=None)
@given(histories())
def test_a_truthful_history_is_never_called_a_contradiction(history: History) -> None:
    for interval in resolve(history.entries, history.facts, RHO_PPM):
        assert not interval.is_contradiction
        assert not interval.is_clock_doubted


@pytest.mark.invariant(25)
@pytest.mark.fault("T1")
@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_more_evidence_never_widens_an_interval(history: History, data: st.DataObject) -> None:
    fewer = [fact for fact in history.facts if data.draw(st.booleans())]
    before = resolve(history.entries, fewer, RHO_PPM)
    after = resolve(history.entries, history.facts, RHO_PPM)
    for wide, narrow in zip(before, after, strict=True):
        assert wide.earliest_ms is None or _lowest(narrow) >= wide.earliest_ms
        assert wide.latest_ms is None or _highest(narrow) <= wide.latest_ms


@pytest.mark.invariant(25)
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_no_evidence_at_all_widens_what_is_provable(seed: int, dice: Random) -> None:
    life = random_life(seed)
    fewer = [fact for fact in life.facts if dice.random() < 0.5]
    lying = [
        replace(fact, earliest_ms=0, latest_ms=1) for fact in life.facts if isinstance(fact, AttestedFact)
    ]
    before = resolve(life.entries, fewer)
    for wide, narrow in zip(before, resolve(life.entries, [*life.facts, *lying]), strict=True):
        low, high = wide.provable_earliest_ms, wide.provable_latest_ms
        assert low is None or (narrow.provable_earliest_ms or 0) >= low
        assert high is None or (narrow.provable_latest_ms or 2**62) <= high


@pytest.mark.invariant(25)
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_the_same_evidence_in_any_order_gives_the_same_intervals(seed: int, dice: Random) -> None:
    life = random_life(seed)
    mixed = dice.sample(life.facts, len(life.facts))
    assert resolve(life.entries, mixed) == resolve(life.entries, life.facts)


@settings(max_examples=60, deadline=None)
@given(histories(is_wall_trusted=False))
def test_nothing_the_facts_imply_is_left_unused(history: History) -> None:
    intervals = resolve(history.entries, history.facts, RHO_PPM)
    # Whole milliseconds cost one at each end of a step between clocks, and there is one step a boot.
    slack_ms = 2 * (len({entry.boot for entry in history.entries}) + 1)
    lows, highs = _closure(history.entries, history.facts)
    for interval, low, high in zip(intervals, lows, highs, strict=True):
        assert (interval.earliest_ms is None) == (low is None)
        assert (interval.latest_ms is None) == (high is None)
        assert low is None or low - _lowest(interval) <= slack_ms
        assert high is None or _highest(interval) - high <= slack_ms


@pytest.mark.invariant(23)
@settings(max_examples=60, deadline=None)
@given(histories(is_wall_trusted=False), st.data())
def test_a_beacon_that_lies_by_more_than_its_neighbours_allow_is_noticed(
    history: History, data: st.DataObject
) -> None:
    beacons = [fact for fact in history.facts if isinstance(fact, BeaconFact)]
    assume(len(beacons) > 1)
    before, after = sorted(data.draw(st.permutations(beacons))[:2], key=lambda fact: fact.index)
    late_ms = after.t3_ms + 10 * 60_000
    lie = BeaconFact(before.index, before.t1_raw_ms, before.t4_raw_ms, late_ms, late_ms, EPS_MS)
    facts = [fact for fact in history.facts if fact is not before]
    intervals = resolve(history.entries, [*facts, lie], RHO_PPM)
    assert intervals[before.index].is_contradiction
    assert intervals[after.index].is_contradiction


def test_the_work_grows_no_faster_than_the_history() -> None:
    assert _calls(_long(400)) < 4.4 * _calls(_long(100))


def _long(days: int) -> History:
    life = Life(drift_ppm=90)
    for day in range(days):
        for _ in range(5):
            life.wait(60_000)
            life.write(0)
        life.exchange()
        if day % 10 == 9:
            life.reboot(1_000_000, -90)
    return life.history


def _calls(history: History) -> int:
    profile = cProfile.Profile()
    profile.runcall(resolve, history.entries, history.facts)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # typeshed leaves it out


def _closure(
    entries: Sequence[Stamped], facts: Sequence[Fact]
) -> tuple[list[Fraction | None], list[Fraction | None]]:
    """Bound every entry by every fact along every pair of moments, the slow and obvious way."""
    points, low, high = _stated(entries, facts)
    order = sorted({boot for boot, _ in points})
    for _ in range(2 * len(order) + 1):
        for i, before in enumerate(points):
            for j, after in enumerate(points):
                least, most = _passed(before, after, order)
                if least is not None:
                    low[j] = max((b for b in (low[j], _sum(low[i], least)) if b is not None), default=None)
                    high[i] = min(
                        (b for b in (high[i], _sum(high[j], -least)) if b is not None), default=None
                    )
                if most is not None:
                    high[j] = min((b for b in (high[j], _sum(high[i], most)) if b is not None), default=None)
    return low[: len(entries)], high[: len(entries)]


def _stated(
    entries: Sequence[Stamped], facts: Sequence[Fact]
) -> tuple[list[tuple[int, int]], list[Fraction | None], list[Fraction | None]]:
    """Return all moments (boot, raw), the entries' first, and what the facts say of each alone."""
    points = [(entry.boot, entry.raw_ms) for entry in entries]
    lows: dict[int, Fraction] = {}
    highs: dict[int, Fraction] = {}
    for fact in facts:
        if isinstance(fact, BeaconFact):
            boot = entries[fact.index].boot
            highs[len(points)] = Fraction(fact.t2_ms + fact.eps_ms)
            lows[len(points) + 1] = Fraction(fact.t3_ms - fact.eps_ms)
            points += [(boot, fact.t1_raw_ms), (boot, fact.t4_raw_ms)]
        elif isinstance(fact, ReceiptFact):
            received = Fraction(fact.received_ms + fact.eps_ms)
            for index in range(fact.up_to_index + 1):
                highs[index] = min(received, highs.get(index, received))
    points += [(boot, 0) for boot in sorted({boot for boot, _ in points})]
    return points, [lows.get(n) for n in range(len(points))], [highs.get(n) for n in range(len(points))]


def _passed(
    before: tuple[int, int], after: tuple[int, int], order: Sequence[int]
) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the most true time from one moment to another, None where unknown."""
    if before[0] == after[0]:
        d = after[1] - before[1]
        return (d * DOWN, d * UP) if d >= 0 else (d * UP, d * DOWN)
    is_next_start = order.index(after[0]) == order.index(before[0]) + 1 and after[1] == 0
    return (Fraction(0), None) if is_next_start else (None, None)


def _sum(bound: Fraction | None, passed: Fraction) -> Fraction | None:
    return None if bound is None else bound + passed


def _lowest(interval: Interval) -> int:
    return interval.earliest_ms if interval.earliest_ms is not None else -START_MS


def _highest(interval: Interval) -> int:
    return interval.latest_ms if interval.latest_ms is not None else 10 * START_MS
