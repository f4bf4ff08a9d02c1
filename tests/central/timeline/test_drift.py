"""A station's crystal is measured against central's clock, and a bad one is noticed in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.timeline import BeaconFact, Drift, drift
from tests.fakes.histories import DAY_MS, HOUR_MS, Life


def beacons(life: Life) -> list[tuple[int, BeaconFact]]:
    entries = life.history.entries
    return [(entries[f.index].boot, f) for f in life.history.facts if isinstance(f, BeaconFact)]


@pytest.mark.fault("T6")
@given(
    st.integers(-500, 500),
    st.integers(60_000, 3 * DAY_MS),
    st.tuples(*[st.integers(0, 30_000)] * 4),
    st.integers(-49, 49),
)
def test_the_true_drift_lies_inside_what_is_measured(
    ppm: int, apart_ms: int, delays: tuple[int, int, int, int], wrong_ms: int
) -> None:
    life = Life(drift_ppm=ppm)
    life.exchange(delays[0], delays[1], wrong_ms)
    life.wait(apart_ms)
    life.exchange(delays[2], delays[3], -wrong_ms)
    measured = drift(beacons(life))
    assert measured is not None
    assert measured.low_ppm <= ppm <= measured.high_ppm
    assert not (measured.is_alarming() and abs(ppm) <= 100)


@pytest.mark.fault("T6")
@pytest.mark.parametrize(("ppm", "is_alarming"), [(95, False), (-95, False), (106, True), (-106, True)])
def test_half_of_what_is_allowed_is_already_an_alarm(ppm: int, is_alarming: bool) -> None:  # noqa: FBT001  a table
    life = Life(drift_ppm=ppm)
    for _ in range(3):
        life.exchange()
        life.wait(12 * HOUR_MS)
    measured = drift(beacons(life))
    assert measured is not None
    assert measured.is_alarming() is is_alarming


def test_boots_are_measured_each_for_itself_and_the_best_counts() -> None:
    life = Life(drift_ppm=150)
    life.exchange()
    life.wait(HOUR_MS)
    life.exchange()
    life.reboot(DAY_MS, 150)
    life.exchange()
    life.wait(30 * HOUR_MS)
    life.exchange()
    measured = drift(beacons(life)[::-1])
    assert measured is not None
    assert measured.over_ms > 29 * HOUR_MS
    assert measured.high_ppm - measured.low_ppm < 5


def test_one_exchange_measures_nothing() -> None:
    life = Life()
    life.exchange()
    assert drift(beacons(life)) is None
    assert drift([]) is None


def test_a_measure_too_wide_to_say_anything_is_no_alarm() -> None:
    assert not Drift(-9_000, 9_000, 1_000).is_alarming()
