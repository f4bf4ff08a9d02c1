"""While central serves, evidence becomes records and what is published stays fresh, by itself."""

import threading
from datetime import datetime, timedelta

import pytest

from central.config import CentralConfig
from central.register import counted
from central.serving import background
from central.serving.background import Projector
from central.work.catch_up import CaughtUp, catch_up
from station.simulator.phone import new_phone
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE
from tests.fakes.proofs import draw


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    key = (with_calendar.config.keys / "server-ack.pub").read_text().strip()
    with_calendar.run("commission", "st-r12", "--room", "Room 12", "--key", key)
    return with_calendar


def test_rosters_are_published_at_the_start_and_again_as_time_goes_by(school: Central) -> None:
    path = school.config.data / "rosters" / "st-r12.json"
    path.unlink()
    projector = Projector(school.config, lambda: school.at)
    projector.work()
    assert path.exists()
    path.unlink()
    school.at += timedelta(minutes=5)
    projector.work()
    assert not path.exists()
    school.at += timedelta(minutes=5)
    projector.work()
    assert path.exists()


def test_a_large_schools_requirements_are_counted_at_the_start_and_every_six_hours(
    school: Central, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counted, "is_large", lambda _year: True)
    projector = Projector(school.config, lambda: school.at)
    projector.work()
    (path,) = school.config.data.glob("requirements-counted-*.json")
    path.unlink()
    school.at += timedelta(hours=5, minutes=59)
    projector.work()
    assert not path.exists()
    school.at += timedelta(minutes=1)
    projector.work()
    path.unlink()
    path.with_name(f".{path.name}.new").mkdir()
    school.at += timedelta(hours=6)
    projector.work()
    assert "requirements.not-counted" in caplog.text


def test_taps_that_waited_are_judged_again_only_after_an_import_or_a_new_key(
    school: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def noted(config: CentralConfig, now: datetime, *, only_new: bool) -> CaughtUp:
        asked.append(only_new)
        return catch_up(config, now, only_new=only_new)

    monkeypatch.setattr("central.serving.background.catch_up", noted)
    projector = Projector(school.config, lambda: school.at)
    projector.work()
    projector.work()
    cards = "studentNumber,kind,value,since\n0012345,uid,04a1b2c3d4e5f6,2026-08-17\n"
    school.run("import-credentials", school.file("cards.csv", cards))
    projector.work()
    projector.work()
    school.run("issue-phone", "--staff", "900", "--public-key", new_phone(draw()).public_key.hex())
    projector.work()
    projector.work()
    assert asked == [False, True, False, True, False, True]


def test_a_round_that_fails_is_tried_again(
    school: Central, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[int] = []
    enough = threading.Event()

    def work(self: Projector) -> None:
        del self
        tried.append(1)
        if len(tried) > 1:
            enough.set()
        msg = "the disk is full"
        raise OSError(msg)

    monkeypatch.setattr(Projector, "work", work)
    monkeypatch.setattr(background, "_AFTER_FAILURE_S", 0.0)
    projector = Projector(school.config, lambda: school.at)
    projector.start()
    assert enough.wait(30)
    projector.stop()
    assert not projector.is_alive()
    assert "projector.failed" in caplog.messages
