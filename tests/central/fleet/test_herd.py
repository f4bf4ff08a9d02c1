"""After an outage every station comes back, and central is never asked much more than it can answer."""

import pytest

from central.fleet.herd import CAPACITY_RPS, come_back
from sync_agent.config import TimingSettings

LONGEST_S = TimingSettings().longest_backoff_s


@pytest.mark.invariant(40)
@pytest.mark.fault("L1")
@pytest.mark.parametrize("stations", [300, 2_500, pytest.param(25_000, marks=pytest.mark.soak)])
def test_after_a_power_cut_the_window_keeps_the_peak_low_and_the_last_in_time(stations: int) -> None:
    herd = come_back(stations, seed=1, had_power=False)
    assert herd.peak_rps <= 1.5 * CAPACITY_RPS
    assert herd.last_done_s <= 1.5 * herd.ideal_s + herd.window_s
    assert not herd.refused


@pytest.mark.invariant(13, 40)
@pytest.mark.parametrize("stations", [300, pytest.param(25_000, marks=pytest.mark.soak)])
def test_after_a_line_that_was_down_nobody_waits_longer_than_the_longest_wait_besides(stations: int) -> None:
    herd = come_back(stations, seed=1, had_power=True)
    assert herd.peak_rps <= 1.5 * CAPACITY_RPS
    assert herd.last_done_s <= 1.5 * herd.ideal_s + herd.window_s + LONGEST_S


def test_without_a_window_the_whole_district_asks_in_one_second() -> None:
    herd = come_back(2_500, seed=1, had_power=False, is_spread=False)
    assert herd.peak_rps > 10 * CAPACITY_RPS
    assert herd.refused
