"""How right this server says its clock is: as its kernel does, within bounds, or as it was told to say."""

from pathlib import Path

import pytest

from central.config import CentralConfig, PracticeConfig
from central.errors import ConfigError
from central.intake.own_error import LEAST_MS, MOST_MS, own_error
from station.kernel_time import KernelTime
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes.intake import SERVER, IntakeBench


@pytest.mark.parametrize(
    ("quality", "eps_ms"),
    [
        ((True, 0), LEAST_MS),
        ((True, 49), LEAST_MS),
        ((True, 51), 51),
        ((True, 700), 700),
        ((True, 90_000), MOST_MS),
        ((False, 3), 120),
        ((False, 16_000), 120),
    ],
)
def test_the_kernels_bound_is_told_where_it_knows_one(
    monkeypatch: pytest.MonkeyPatch, quality: tuple[bool, int], eps_ms: int
) -> None:
    monkeypatch.setattr(KernelTime, "quality", lambda _: quality)
    error = own_error(CentralConfig(clock_error_ms=120))
    assert error.eps_ms() == eps_ms
    assert (error.finding() is None) is quality[0]


def test_a_rehearsal_asks_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KernelTime, "quality", lambda _: (True, 700))
    error = own_error(CentralConfig(practice=PracticeConfig("clock.json")))
    assert (error.eps_ms(), error.finding()) == (50, None)


@pytest.mark.parametrize("claimed", [-1, 0, MOST_MS + 1])
def test_no_other_error_than_a_clocks_may_be_claimed(claimed: int) -> None:
    with pytest.raises(ConfigError, match="clock_error_ms"):
        own_error(CentralConfig(clock_error_ms=claimed))


def test_the_beacon_carries_the_bound_of_its_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with IntakeBench(tmp_path) as bench:
        bench.register()
        for error_ms in (60, 800):
            monkeypatch.setattr(KernelTime, "quality", lambda _, error_ms=error_ms: (True, error_ms))
            answer = wire.Answer.from_json(bench.post(bench.station.batch()).body)
            bench.station.take(answer.to_json(), SERVER)
            assert wire.Beacon.of(open_note("beacon", answer.beacon, SERVER)).eps_ms == error_ms
