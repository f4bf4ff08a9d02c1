"""A month without a network: what a million entries cost the agent, and a student at the door."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central.config import CentralConfig
from station.journal import FILE_NAME, MOST_ROWS, Row
from station.journal import file as reading
from sync_agent.exchange import Acked
from tests.fakes.backlog import fill
from tests.fakes.central_rules import STATION
from tests.fakes.data_folder import lay_out, rows
from tests.fakes.intake_process import IntakeProcess
from tests.fakes.lone_agent import drained
from tests.fakes.sync_agent import STATION_KEY, Bench, write_settings

MOST_KIB = 64 * 1024
BURST = 10


@pytest.fixture
def config(tmp_path: Path) -> CentralConfig:
    return lay_out(tmp_path / "central")


@pytest.fixture
def port(config: CentralConfig) -> Iterator[int]:
    key = {"kid": STATION_KEY.kid, "public": STATION_KEY.verify_key.public.hex(), "revoked": False}
    ring = {"v": 1, "stations": {STATION: {"school": "34000000123456", "keys": [key]}}}
    (config.data / "keyring.json").write_text(json.dumps(ring), encoding="utf-8")
    with IntakeProcess(config) as intake:
        yield intake.port


@pytest.mark.invariant(41)
@pytest.mark.fault("L2")
@pytest.mark.journey
@pytest.mark.parametrize(
    ("entries", "turns"),
    [(100_000, 20), pytest.param(1_000_000, 10_000, marks=pytest.mark.soak)],
)
def test_an_agent_behind_by_a_month_stays_below_64_mib(
    tmp_path: Path, config: CentralConfig, port: int, entries: int, turns: int
) -> None:
    folder = tmp_path / "station"
    folder.mkdir()
    fill(folder, STATION, entries)
    told = drained(write_settings(folder, f"http://127.0.0.1:{port}"), turns)
    print(f"entries={entries} {told}")  # noqa: T201  the figure a person reads off a soak
    assert told["peak_kib"] < MOST_KIB
    ((held,),) = rows(config, "SELECT seq FROM station_head")
    assert isinstance(held, int)
    assert held + told["waiting"] == entries + 1
    assert told["waiting"] == 0 or told["turns"] == turns


@pytest.mark.invariant(42)
@pytest.mark.fault("L2")
def test_ten_students_in_a_row_meet_a_draining_agent_and_wait_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, STATION, 3_000)
    bench = Bench(tmp_path)
    looks = _counted_looks(monkeypatch)
    # Nobody is waited for: were there a lock, the very first tap would fail.
    bench.journal._connection.execute("PRAGMA busy_timeout = 0")
    bench.exchange.round()
    alone = _cost(bench)
    # One statement is one transaction; its guard is traced with it.
    assert set(alone) == {"INSERT INTO entry (epoch, seq, body, h) "}
    for _ in range(BURST):
        bench.exchange.round()
        assert _cost(bench) == alone
    bench.settle()
    assert max(looks) == MOST_ROWS
    assert bench.bodies() == bench.rules.bodies(bench.epoch)
    bench.close()


@pytest.mark.invariant(42)
@pytest.mark.fault("L2")
def test_the_agent_cannot_lock_the_journal_against_the_station(tmp_path: Path) -> None:
    fill(tmp_path, STATION, 600)
    bench = Bench(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as writing:
        # Whoever needed the writer's lock would now wait for ever, or fail.
        writing.execute("BEGIN IMMEDIATE")
        outcome = bench.settle()
        writing.execute("ROLLBACK")
    assert isinstance(outcome, Acked)
    assert not bench.outbox.backlog().entries
    bench.close()


def _cost(bench: Bench) -> list[str]:
    """Tap once and return the statements that took."""
    statements: list[str] = []
    bench.journal._connection.set_trace_callback(statements.append)
    bench.tap()
    bench.journal._connection.set_trace_callback(None)
    return [one.split("VALUES")[0] for one in statements if not one.startswith("--")]


def _counted_looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    looks: list[int] = []
    read = reading.rows_after

    def counted(connection: sqlite3.Connection, epoch: int, after_seq: int, limit: int) -> list[Row]:
        found = read(connection, epoch, after_seq, limit)
        looks.append(len(found))
        return found

    monkeypatch.setattr(reading, "rows_after", counted)
    return looks
