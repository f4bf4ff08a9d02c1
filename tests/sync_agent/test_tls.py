"""TLS on a machine that does not know what day it is: the summer's end, and what must still be refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync_agent.courier import HttpCourier
from sync_agent.errors import CertificateDateError, CourierError
from sync_agent.exchange import Acked, Later
from tests.fakes.central_rules import STATION, CentralRules
from tests.fakes.central_stub import serving
from tests.fakes.certificates import Authority
from tests.fakes.sync_agent import STATION_KEY, Bench

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """What this machine's clock says; the certificates of a test are dated around it."""
    return datetime.now(UTC)


@pytest.fixture
def district(tmp_path: Path, now: datetime) -> Authority:
    return Authority(tmp_path, "district", now)


@contextmanager
def bench_over_tls(
    folder: Path,
    server: Authority,
    trusted: Authority,
    since: datetime,
    until: datetime,
    address: str = "127.0.0.1",
) -> Iterator[Bench]:
    rules = CentralRules(STATION_KEY.verify_key)
    with serving(rules, server.serve_as(address, since, until)) as stub:
        courier = HttpCourier(stub.url, STATION, "0.1.0", trusted.file)
        with closing(courier), closing(Bench(folder, courier)) as bench:
            bench.rules = rules
            bench.tap(3)
            yield bench


def central_says(bench: Bench, at: datetime) -> None:
    bench.rules.now_ms = lambda: int(at.timestamp() * 1000)


def test_a_good_certificate_needs_no_questions(tmp_path: Path, district: Authority, now: datetime) -> None:
    with bench_over_tls(tmp_path, district, district, now - DAY, now + DAY) as bench:
        assert isinstance(bench.settle(), Acked)


@pytest.mark.fault("T9")
@pytest.mark.invariant(28)
@pytest.mark.parametrize("wrong_by_days", [-80, +400])
def test_a_station_with_a_wrong_clock_finds_out_and_goes_on(
    tmp_path: Path, district: Authority, now: datetime, wrong_by_days: int
) -> None:
    today = now - wrong_by_days * DAY
    with bench_over_tls(tmp_path, district, district, today - 30 * DAY, today + 30 * DAY) as bench:
        central_says(bench, today)
        assert isinstance(bench.settle(), Acked)
        assert bench.rules.bodies(bench.epoch) == bench.bodies()


@pytest.mark.fault("T9")
@pytest.mark.invariant(28)
def test_a_certificate_that_has_really_expired_is_refused(
    tmp_path: Path, district: Authority, now: datetime
) -> None:
    with bench_over_tls(tmp_path, district, district, now - 30 * DAY, now - DAY) as bench:
        central_says(bench, now)
        assert isinstance(bench.settle(rounds=3), Later)
        assert bench.rules.state.epochs == {}


@pytest.mark.fault("T9")
@pytest.mark.invariant(28)
@pytest.mark.parametrize("at_days", [0, -80])
def test_whatever_the_clock_says_another_authority_is_refused(
    tmp_path: Path, district: Authority, now: datetime, at_days: int
) -> None:
    stranger, today = Authority(tmp_path, "stranger", now), now + at_days * DAY
    with bench_over_tls(tmp_path, stranger, district, today - 30 * DAY, today + 30 * DAY) as bench:
        central_says(bench, today)
        assert isinstance(bench.settle(rounds=3), Later)
        assert bench.rules.state.epochs == {}


@pytest.mark.fault("T9", "N5")
@pytest.mark.invariant(28)
@pytest.mark.parametrize("at_days", [0, 80])
def test_whatever_the_clock_says_another_name_is_refused(
    tmp_path: Path, district: Authority, now: datetime, at_days: int
) -> None:
    today = now + at_days * DAY
    since, until = today - 30 * DAY, today + 30 * DAY
    with bench_over_tls(tmp_path, district, district, since, until, "127.0.0.9") as bench:
        central_says(bench, today)
        assert isinstance(bench.settle(rounds=3), Later)
        assert bench.rules.state.epochs == {}


def test_dates_are_told_apart_from_everything_else(
    tmp_path: Path, district: Authority, now: datetime
) -> None:
    rules = CentralRules(STATION_KEY.verify_key)
    early = district.serve_as("127.0.0.1", now + DAY, now + 2 * DAY)
    with serving(rules, early) as stub:
        with closing(HttpCourier(stub.url, STATION, "0.1.0", district.file)) as courier:
            with pytest.raises(CertificateDateError, match="not of this date"):
                courier.fetch_roster(None)
            courier.overlook_dates()
            assert courier.fetch_roster(None).status == 403
        stranger = Authority(tmp_path, "stranger", now)
        with closing(HttpCourier(stub.url, STATION, "0.1.0", stranger.file)) as courier:
            with pytest.raises(CourierError) as caught:
                courier.fetch_roster(None)
            assert not isinstance(caught.value, CertificateDateError)
