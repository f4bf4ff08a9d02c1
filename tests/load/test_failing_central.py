"""What holds and hears breaks while everybody taps: nothing acknowledged is lost, nothing comes twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from central.intake.audit import audit
from central.intake.keyring import Keyring
from tests.fakes import small_disk
from tests.fakes.data_folder import rows
from tests.fakes.herd import stations
from tests.fakes.intake import SERVER
from tests.fakes.morning_bell import HELD, MorningBell, prove_held
from tests.fakes.station_side import StationSide
from tests.fakes.virtual_station import VirtualStation

pytestmark = [pytest.mark.journey, pytest.mark.invariant(7, 8)]

ROUNDS = [2, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(1_800)])]


def prove_file(bell: MorningBell, everybody: list[VirtualStation], central: StationSide) -> None:
    """Assert that evidence.sqlite holds everything once, and proves itself."""
    held = rows(central.config, HELD)
    prove_held(bell, everybody, held)
    for wrong in (held[:-1], [held[0], *held]):
        with pytest.raises(AssertionError):
            prove_held(bell, everybody, wrong)
    assert rows(central.config, "SELECT count(*) FROM quarantine") == [(0,)]
    assert list(audit(central.config.evidence, Keyring(central.config.data / "keyring.json"), SERVER)) == []


@pytest.mark.fault("S1")
@pytest.mark.parametrize("rounds", ROUNDS)
def test_central_is_killed_during_the_bell(
    tmp_path: Path, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    everybody = stations(8)
    with (
        StationSide(tmp_path, everybody) as central,
        MorningBell(everybody, lambda: central.port) as bell,
    ):
        for _ in range(rounds):
            bell.hear(60)
            central.kill()
            bell.suffer(8)
            central.start()
        bell.hear(60)
        bell.settle()
    prove_file(bell, everybody, central)
    record_property("figure", f"central killed {rounds} times: {told(bell)}")


@pytest.mark.root
@pytest.mark.fault("S6")
@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_disk_of_central_fills_during_the_bell(
    tmp_path: Path, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    everybody = stations(8)
    with (
        small_disk.mounted(tmp_path / "disk", "24m") as disk,
        StationSide(disk, everybody) as central,
        MorningBell(everybody, lambda: central.port) as bell,
    ):
        for _ in range(rounds):
            bell.hear(60)
            small_disk.fill_up(disk)
            bell.suffer(20)
            (disk / "film.mp4").unlink()
        bell.hear(60)
        bell.settle()
        assert bell.refused > bell.broken
        assert "evidence.not-written" in central.said()
        prove_file(bell, everybody, central)
    record_property("figure", f"disk filled {rounds} times: {told(bell)}")


def told(bell: MorningBell) -> str:
    """Return what a person reads off a run."""
    return f"{len(bell.acks)} acknowledged, {bell.refused} refused, {bell.broken} without answer, 0 lost"
