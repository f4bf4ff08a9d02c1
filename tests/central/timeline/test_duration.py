"""Minutes that are credited are minutes nobody can deny, whether or not the day is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.timeline import AttestedFact, Interval, Placed, least_ms, resolve
from tests.fakes.histories import DAY_MS, HOUR_MS, RHO_PPM, START_MS, History, Life, histories

pytestmark = pytest.mark.invariant(29)


def placed(history: History, n: int, found: list[Interval]) -> Placed:
    entry = history.entries[n]
    return Placed(found[n], ("st-1", 1, entry.boot), entry.raw_ms)


@given(histories())
def test_no_two_taps_of_any_history_are_credited_more_than_passed_between_them(history: History) -> None:
    found = resolve(history.entries, history.facts, RHO_PPM)
    for first in range(len(found)):
        for last in range(first, len(found)):
            passed_ms = history.truths_ms[last] - history.truths_ms[first]
            credited_ms = least_ms(placed(history, first, found), placed(history, last, found))
            assert 0 <= credited_ms <= passed_ms


@given(st.integers(-RHO_PPM, RHO_PPM), st.integers(0, DAY_MS))
def test_an_hour_offline_of_which_no_day_is_known_is_credited_to_a_second(ppm: int, stayed_ms: int) -> None:
    life = Life(drift_ppm=ppm)
    life.wait(HOUR_MS)
    life.write()
    life.wait(stayed_ms)
    life.write()
    found = resolve(life.history.entries)
    credited_ms = least_ms(placed(life.history, 0, found), placed(life.history, 1, found))
    assert stayed_ms - stayed_ms * 5 * RHO_PPM // 1_000_000 - 3 <= credited_ms <= stayed_ms


def test_two_boots_are_compared_by_their_dates_alone() -> None:
    first, last = Placed(Interval(0, 10), ("a", 1), 500), Placed(Interval(30, 50), ("a", 2), 9_000_000)
    assert least_ms(first, last) == 20


def test_the_better_of_the_two_bounds_counts() -> None:
    wide = Interval(0, 10_000_000)
    assert least_ms(Placed(wide, "boot", 0), Placed(wide, "boot", 3_600_000)) == 3_599_279
    near = Placed(Interval(5, 6), "boot", 0), Placed(Interval(3_600_000, 3_600_001), "boot", 3_600_000)
    assert least_ms(*near) == 3_599_994


def test_a_tap_out_before_the_tap_in_is_no_time_and_no_debt() -> None:
    early, late = Placed(Interval(0, 10), "boot", 1_000), Placed(Interval(900, 950), "boot", 9_000)
    assert least_ms(late, early) == 0


@pytest.mark.parametrize("unknown", [Interval(None, None), Interval(0, 1, is_contradiction=True)])
def test_a_time_nobody_knows_and_no_common_clock_is_nothing(unknown: Interval) -> None:
    known = Placed(Interval(START_MS, START_MS))
    assert least_ms(Placed(unknown), known) == 0
    assert least_ms(known, Placed(unknown)) == 0


def test_what_rests_on_a_person_s_word_is_certified_and_not_computed() -> None:
    life = Life()
    life.write()
    life.reboot(HOUR_MS, 0)
    life.write()
    words = [AttestedFact(n, START_MS + n * HOUR_MS - 60_000, START_MS + n * HOUR_MS) for n in range(2)]
    found = resolve(life.history.entries, words)
    assert all(each.is_attested for each in found)
    assert least_ms(placed(life.history, 0, found), placed(life.history, 1, found)) == 0


def test_of_a_time_that_rests_on_a_word_the_part_without_it_counts() -> None:
    first = Placed(Interval(0, 10, provable_latest_ms=40, is_attested=True))
    assert least_ms(first, Placed(Interval(5_000, 6_000))) == 4_960
    last = Placed(Interval(5_000, 6_000, provable_earliest_ms=100, is_attested=True))
    assert least_ms(Placed(Interval(0, 10)), last) == 90
