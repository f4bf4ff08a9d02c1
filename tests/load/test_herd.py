"""Everybody comes back at once: real agents against a real intake, after an outage of all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.intake.audit import audit
from central.intake.keyring import Keyring
from tests.fakes.data_folder import lay_out, rows
from tests.fakes.herd import Herd, stations
from tests.fakes.intake import SERVER
from tests.fakes.intake_process import IntakeProcess

pytestmark = [pytest.mark.journey, pytest.mark.invariant(40), pytest.mark.fault("L1")]

BACKLOG = 100
OUTAGES = 3


@contextmanager
def herd(folder: Path, count: int, processes: int) -> Iterator[tuple[Herd, CentralConfig]]:
    config = lay_out(folder / "central", stations(count))
    (folder / "stations").mkdir()
    with (
        IntakeProcess(config) as intake,
        Herd(folder / "stations", f"http://127.0.0.1:{intake.port}", count, processes) as together,
    ):
        yield together, config


def all_is_held(config: CentralConfig, count: int, entries: int) -> None:
    """Assert that central holds every entry of every station, once, in one chain."""
    heads = rows(config, "SELECT seq FROM station_head")
    assert heads == [(entries,)] * count
    ((held,),) = rows(config, "SELECT sum(last_seq - first_seq + 1) FROM batch")
    assert held == count * entries
    assert list(audit(config.evidence, Keyring(config.data / "keyring.json"), SERVER)) == []


def test_thirty_agents_need_two_requests_each_and_one_after_an_outage(tmp_path: Path) -> None:
    with herd(tmp_path, 30, 2) as (together, config):
        first = together.rush(BACKLOG, is_spread=False)
        assert first.statuses == {200: 30 * 2}
        again = together.rush(BACKLOG, is_spread=True)
        # All are let in, and each by its one request: nobody comes twice for the same.
        assert again.statuses == {200: 30}
        assert again.spread_s == 2
    all_is_held(config, 30, 1 + 2 * BACKLOG)


@pytest.mark.soak
def test_three_hundred_agents_are_done_in_time_and_never_come_faster_than_can_be_done(tmp_path: Path) -> None:
    with herd(tmp_path, 300, 8) as (together, config):
        together.rush(BACKLOG, is_spread=False)
        # All at once, so that nothing but the work itself takes time: that is what can be done.
        flat_out = together.rush(BACKLOG, is_spread=False)
        spread = [together.rush(BACKLOG, is_spread=True) for _ in range(OUTAGES)]
    for rush in (flat_out, *spread):
        print(  # noqa: T201  the figures a person reads off a soak
            f"window {rush.spread_s:.0f} s, last after {rush.last_s:.2f} s, {len(rush.requests)} requests,"
            f" {rush.a_second:.0f} a second, {rush.peak} in the busiest, statuses {dict(rush.statuses)}"
        )
    for rush in spread:
        assert rush.last_s <= 1.5 * len(rush.requests) / flat_out.a_second + rush.spread_s
        assert rush.peak <= 1.5 * flat_out.a_second
    all_is_held(config, 300, 1 + (2 + OUTAGES) * BACKLOG)
