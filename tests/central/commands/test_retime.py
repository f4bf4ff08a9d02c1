"""Times are found anew on demand, and whatever came out otherwise is told."""

import argparse
from datetime import timedelta
from pathlib import Path

import pytest

from central.commands import retime
from central.config import CentralConfig
from central.errors import RefusedError
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Tap
from central.timeline import RULE_VERSION
from central.work import keys
from central.work.project import project
from central.work.resolve import resolve
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, deliver
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = [pytest.mark.django_db, pytest.mark.invariant(25)]
EARLY, EVENING = at(MONDAY, "06:00"), at(MONDAY, "18:00")


@pytest.fixture
def config(tmp_path: Path) -> CentralConfig:
    config = CentralConfig(data_dir=str(tmp_path))
    config.keys.mkdir()
    (config.keys / f"{keys.ACK}.pub").write_text(SERVER_KEY.verify_key.public.hex(), encoding="ascii")
    return config


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def run(config: CentralConfig, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    retime.arguments(parser)
    return retime.run(parser.parse_args(arguments), config, lambda: EVENING)


def a_morning(small: SmallSchool, evidence: EvidenceFile) -> JournallingStation:
    room = JournallingStation(small.station_101.code, EARLY)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    project(Evidence(evidence.path), SERVER_KEY.verify_key)
    return room


def test_times_that_come_out_as_they_were_are_left_alone(
    small: SmallSchool, evidence: EvidenceFile, config: CentralConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    room = a_morning(small, evidence)
    resolve(EVENING)
    before = list(Tap.objects.values())
    assert run(config) == 0
    assert list(Tap.objects.values()) == before
    shown = capsys.readouterr().out
    assert f"rule {RULE_VERSION}, time zones of 20" in shown
    assert f"{room.code}/{room.epoch}: 0 taps have another time now" in shown


def test_a_tap_timed_by_an_older_rule_is_timed_by_this_one(
    small: SmallSchool, evidence: EvidenceFile, config: CentralConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    a_morning(small, evidence)
    Tap.objects.update(time_quality="R", on=None, earliest_at=None, latest_at=None, time_rule=1)
    assert run(config, "--station", small.station_101.code) == 0
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on, tap.time_rule) == ("T1", MONDAY, RULE_VERSION)
    shown = capsys.readouterr().out
    assert "1 tap has another time now" in shown
    assert "    R: 1 before, 0 now" in shown
    assert "    T1: 0 before, 1 now" in shown


def test_a_certified_day_that_comes_out_otherwise_is_told_and_left_to_a_person(
    small: SmallSchool, evidence: EvidenceFile, config: CentralConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    room = a_morning(small, evidence)
    resolve(EVENING)
    tuesday = MONDAY + timedelta(days=1)
    AttendanceRecord.objects.update(stage=AttendanceRecord.Stage.CERTIFIED, on=tuesday)
    Tap.objects.update(on=tuesday)
    assert run(config) == 1
    shown = capsys.readouterr().out
    assert f"{room.code}/{room.epoch}/2 stood behind a certified record of {tuesday}" in shown
    assert "of no day now; the record is as it was: a person decides" in shown
    assert Tap.objects.get().outcome == Tap.Outcome.TIME_REVIEW
    record = AttendanceRecord.objects.get()
    assert (record.on, record.stage) == (tuesday, AttendanceRecord.Stage.CERTIFIED)


@pytest.mark.fault("T6")
def test_a_crystal_that_is_off_is_told(
    small: SmallSchool, evidence: EvidenceFile, config: CentralConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "06:30")])
    # In the ten hours since, the crystal counted seven seconds too few: 194 ppm.
    room.booted_at += timedelta(seconds=7)
    deliver(room, evidence, [at(MONDAY, "16:30"), at(MONDAY, "16:31")])
    project(Evidence(evidence.path), SERVER_KEY.verify_key)
    assert run(config) == 1
    assert f"{room.code}: its crystal is off by 19" in capsys.readouterr().out


def test_a_station_nobody_knows_is_refused(small: SmallSchool, config: CentralConfig) -> None:
    del small
    with pytest.raises(RefusedError, match="no station st-r999"):
        run(config, "--station", "st-r999")
