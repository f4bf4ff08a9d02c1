"""The intake dies at any step of judging a request: either all of it is there afterwards or none."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import pytest

from central.intake.acks import Signer, pace
from central.intake.evidence import Evidence, Rows
from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.identity import Server
from central.intake.judge import Terms, judge_batch, judge_registration
from central.intake.keyring import StationKey
from central.intake.offer import Offer
from central.intake.reply import Reply
from central.intake.verify import ProvenBatch, prove_batch, prove_registration
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.virtual_station import VirtualStation

TERMS: Final = Terms(pace(1), Offer())


class Killed(BaseException):
    """The process is gone; whatever was not committed is gone with it."""


class Mortal(SqliteEvidence):
    """Evidence that dies at the chosen one of its statements, before it or after it."""

    dies_at = 0
    dies_after = False
    steps = 0

    def arm(self) -> None:
        """Count every statement from now on."""
        do = self._do

        def doing(*statement: Any) -> Rows:  # noqa: ANN401  what the true one takes
            self.steps += 1
            is_last = self.steps == self.dies_at
            if is_last and not self.dies_after:
                raise Killed
            done = do(*statement)
            if is_last:
                raise Killed
            return done

        self._do = doing


def _signer(station: VirtualStation) -> Signer:
    tokens = iter(f"token-{n}" for n in range(1_000))
    return Signer(Server("s1", "inc", 1, ACK_KEY), station.clock.now, lambda: next(tokens))


def _proven(station: VirtualStation) -> ProvenBatch:
    message = station.batch()
    headers = {name.lower(): value for name, value in message.headers.items()}
    keys = {station.key.kid: StationKey(station.key.verify_key, is_revoked=False)}
    proven = prove_batch(station.name, keys, headers, message.body, station.clock.wall_ms)
    assert isinstance(proven, ProvenBatch)
    return proven


def _registered(path: Path, station: VirtualStation) -> None:
    message = station.registration()
    headers = {name.lower(): value for name, value in message.headers.items()}
    keys = {station.key.kid: StationKey(station.key.verify_key, is_revoked=False)}
    proven = prove_registration(station.name, keys, headers, message.body, station.clock.wall_ms)
    assert not isinstance(proven, Reply)
    evidence = SqliteEvidence.open(path)
    evidence.begin()
    judge_registration(evidence, proven, _signer(station))
    evidence.commit()
    evidence.close()


def _judge(evidence: Evidence, proven: ProvenBatch, station: VirtualStation) -> Reply:
    evidence.begin()
    with evidence.apart():
        reply = judge_batch(evidence, proven, _signer(station), TERMS)
    evidence.commit()
    return reply


def _all_rows(path: Path) -> dict[str, list[object]]:
    connection = sqlite3.connect(path)
    tables = ("batch", "epoch", "station_head", "replay", "quarantine")
    found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608  ours
    connection.close()
    return found


def _copy_of(path: Path, name: str) -> Path:
    other = path.with_name(name)
    other.write_bytes(path.read_bytes())
    return other


@pytest.mark.invariant(7, 8)
@pytest.mark.fault("S1")
@pytest.mark.parametrize("dies_after", [False, True], ids=["before a statement", "after a statement"])
def test_killed_at_any_step_all_of_a_batch_is_there_or_none_and_the_retry_is_answered(
    tmp_path: Path, *, dies_after: bool
) -> None:
    station = VirtualStation()
    station.tap()
    founded = tmp_path / "founded.sqlite"
    _registered(founded, station)
    proven = _proven(station)
    none = _all_rows(founded)
    evidence = Mortal.open(_copy_of(founded, "whole.sqlite"))
    evidence.arm()
    whole = _judge(evidence, proven, station)
    evidence.close()
    every = _all_rows(tmp_path / "whole.sqlite")
    assert evidence.steps >= 9
    there = 0
    for step in range(1, evidence.steps + 1):
        path = _copy_of(founded, f"killed-{step}.sqlite")
        dying = Mortal.open(path)
        dying.arm()
        dying.dies_at, dying.dies_after = step, dies_after
        with pytest.raises(Killed):
            _judge(dying, proven, station)
        # Nobody was answered: this is what a power cut leaves, and the file says what it holds.
        dying.close()
        assert _all_rows(path) in (none, every)
        there += _all_rows(path) == every
        living = SqliteEvidence.open(path)
        assert _judge(living, proven, station).body == whole.body
        living.close()
        assert _all_rows(path) == every
    # Only what comes after the commit's own statement finds the batch kept.
    assert there == (1 if dies_after else 0)


@pytest.mark.invariant(7, 21)
@pytest.mark.fault("S4")
def test_workers_that_race_the_same_batch_leave_one_row(tmp_path: Path) -> None:
    station = VirtualStation()
    for n in range(40):
        station.tap(f"04a1b2c3d4e5{n:02x}")
    path = tmp_path / "evidence.sqlite"
    _registered(path, station)
    proven, start = _proven(station), Barrier(4)

    def work(_: int) -> bytes:
        evidence = SqliteEvidence.open(path)
        start.wait(20)
        reply = _judge(evidence, proven, station)
        evidence.close()
        return reply.body

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(work, range(4)))
    assert len(answers) == 1
    assert len(_all_rows(path)["batch"]) == 1
    assert _all_rows(path)["quarantine"] == []


@pytest.mark.fault("S4")
def test_even_a_worker_that_looks_at_nothing_cannot_keep_an_entry_twice(tmp_path: Path) -> None:
    station = VirtualStation()
    path = tmp_path / "evidence.sqlite"
    _registered(path, station)
    proven = _proven(station)
    evidence = SqliteEvidence.open(path)
    _judge(evidence, proven, station)
    evidence.begin()
    again = replace(proven.arrived, received_ms=proven.arrived.received_ms + 1)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        evidence.add(proven.batch, 1, again, b"another answer")
    evidence.close()
    assert len(_all_rows(path)["batch"]) == 1
