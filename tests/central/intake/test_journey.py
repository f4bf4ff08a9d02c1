"""A station's days with a real intake over a real connection, and with the agent's own exchange."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.intake.audit import audit
from central.intake.keyring import Keyring
from sync_agent import wire
from sync_agent.courier import HttpCourier
from sync_agent.exchange import Acked
from tests.fakes.data_folder import lay_out, publish_keyring, publish_roster, rows
from tests.fakes.intake import SERVER, problem
from tests.fakes.intake_process import IntakeProcess, Line
from tests.fakes.sync_agent import STATION_KEY, Bench
from tests.fakes.virtual_station import VirtualStation

pytestmark = pytest.mark.journey


@pytest.fixture
def config(tmp_path: Path) -> CentralConfig:
    return lay_out(tmp_path / "central", [VirtualStation()])


@pytest.fixture
def line(config: CentralConfig) -> Iterator[Line]:
    with IntakeProcess(config) as intake:
        line = Line(intake.port)
        yield line
        line.close()


def test_from_an_unknown_station_to_a_day_that_is_held_and_a_station_taken_out_of_use(
    config: CentralConfig, line: Line
) -> None:
    station = VirtualStation()
    publish_keyring(config, [])
    assert problem(line.post(station.registration()))[0] == "unknown-station"
    publish_keyring(config, [station])
    assert problem(line.post(station.batch()))[0] == "epoch-unknown"
    assert line.post(station.registration()).status == 200
    published = publish_roster(config, station.name, 3)
    for n in range(1_200):
        station.tap(f"04{n:012x}")
        station.clock.advance(1_000)
    while station.acked.seq < 1_200:
        answer = line.post(station.batch())
        assert wire.Answer.from_json(answer.body).roster == 3
        station.take(answer.body, SERVER)
    assert line.get(f"/v1/stations/{station.name}/roster").body == published
    assert line.get("/v1/time?nonce=AAECAwQFBgcICQoLDA0ODw").status == 200
    publish_keyring(config, [station], revoked=[station.name])
    assert problem(line.post(station.batch()))[0] == "revoked"
    assert list(audit(config.evidence, Keyring(config.data / "keyring.json"), SERVER)) == []
    # The batch that was refused is sent again as it was; then full ones, then the rest with three beacons.
    assert rows(config, "SELECT last_seq FROM batch ORDER BY srv_seq") == [(1,), (501,), (1_001,), (1_204,)]


def test_an_intake_that_is_asked_to_end_ends_well_and_another_takes_over(config: CentralConfig) -> None:
    station = VirtualStation()
    for _ in range(2):
        with IntakeProcess(config) as intake:
            line = Line(intake.port)
            assert line.post(station.registration()).status == 200
            station.take(line.post(station.batch()).body, SERVER)
            line.close()
            assert intake.stop() in {0, -15}
    assert not Path(f"{config.evidence}-wal").exists()


def test_the_agents_own_exchange_and_this_intake_understand_each_other(tmp_path: Path) -> None:
    config = lay_out(tmp_path / "central")
    key = {"kid": STATION_KEY.kid, "public": STATION_KEY.verify_key.public.hex(), "revoked": False}
    ring = {"v": 1, "stations": {"st-r101": {"school": "34000000123456", "keys": [key]}}}
    (config.data / "keyring.json").write_text(json.dumps(ring), encoding="utf-8")
    folder = tmp_path / "station"
    folder.mkdir()
    with IntakeProcess(config) as intake:
        courier = HttpCourier(f"http://127.0.0.1:{intake.port}", "st-r101", "0.1.0")
        bench = Bench(folder, courier)
        bench.tap(30)
        outcome = bench.settle()
        head = bench.journal.head
        bench.close()
        courier.close()
    assert isinstance(outcome, Acked)
    assert outcome.beacon is not None
    assert rows(config, "SELECT epoch, seq, h FROM station_head") == [(head.epoch, head.seq, head.h)]
