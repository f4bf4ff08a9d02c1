"""The intake as a real process, killed where it hurts most: nothing acknowledged is ever missing."""

import http.client
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.intake.audit import audit
from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.keyring import Keyring
from sync_agent import wire
from tests.fakes.asgi import Answer
from tests.fakes.data_folder import lay_out, rows
from tests.fakes.intake import SERVER
from tests.fakes.intake_process import IntakeProcess, Line
from tests.fakes.virtual_station import Message, VirtualStation

pytestmark = pytest.mark.journey

LINE_BROKEN = (OSError, http.client.HTTPException)


def _batches(config: CentralConfig) -> list[tuple[object, ...]]:
    return rows(config, "SELECT first_seq, last_seq, answer FROM batch ORDER BY srv_seq")


def _killed_while_holding(config: CentralConfig, station: VirtualStation, hold: str) -> "Future[Answer]":
    """Send the station's batch to an intake that stands still at its commit, and kill it there."""
    with IntakeProcess(config, hold, at=2) as intake, ThreadPoolExecutor(1) as pool:
        line, other = Line(intake.port), Line(intake.port)
        assert line.post(station.registration()).status == 200
        answer = pool.submit(line.post, station.batch())
        intake.wait_until_it_holds()
        # Whatever the intake was about to send before this has left it by now.
        assert other.get("/healthz").status == 200
        intake.kill()
        answer.exception(30)
        line.close()
        other.close()
    return answer


@pytest.mark.invariant(8)
@pytest.mark.fault("S1")
def test_killed_before_the_commit_nothing_was_answered_and_nothing_is_kept(tmp_path: Path) -> None:
    station = VirtualStation()
    config = lay_out(tmp_path, [station])
    station.tap()
    answer = _killed_while_holding(config, station, "before commit")
    assert isinstance(answer.exception(), LINE_BROKEN)
    assert _batches(config) == []
    with IntakeProcess(config) as intake:
        line = Line(intake.port)
        assert station.take(line.post(station.batch()).body, SERVER).seq == 2
        line.close()


@pytest.mark.invariant(8, 21)
@pytest.mark.fault("S1")
def test_killed_between_the_commit_and_the_answer_the_same_answer_is_given_again(tmp_path: Path) -> None:
    station = VirtualStation()
    config = lay_out(tmp_path, [station])
    station.tap()
    answer = _killed_while_holding(config, station, "after commit")
    assert isinstance(answer.exception(), LINE_BROKEN)
    ((first_seq, last_seq, stored),) = _batches(config)
    assert (first_seq, last_seq) == (1, 2)
    with IntakeProcess(config) as intake:
        line = Line(intake.port)
        again = line.post(station.batch())
        assert again.body == stored
        assert station.take(again.body, SERVER).seq == 2
        assert station.take(line.post(station.batch()).body, SERVER).seq == 3
        line.close()
    assert rows(config, "SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.invariant(7, 8)
@pytest.mark.fault("S1")
def test_killed_in_a_stream_of_batches_every_acknowledgement_has_its_row(tmp_path: Path) -> None:
    stations = [VirtualStation(f"st-{n}") for n in range(6)]
    config = lay_out(tmp_path, stations)
    for _ in range(2):
        acks = _stream_until_killed(config, stations, acknowledgements=60)
        assert len(acks) >= 60
        _each_is_held(config, acks)
    with IntakeProcess(config) as intake:
        line = Line(intake.port)
        for station in stations:
            _drain(station, line)
        line.close()
    assert list(audit(config.evidence, Keyring(config.data / "keyring.json"), SERVER)) == []
    assert rows(config, "SELECT count(*) FROM quarantine") == [(0,)]


def _stream_until_killed(
    config: CentralConfig, stations: list[VirtualStation], acknowledgements: int
) -> list[wire.Ack]:
    """Let all stations tap and send at once until so many answers came, then kill the intake."""
    acks, enough = list[wire.Ack](), threading.Event()

    def work(station: VirtualStation, port: int) -> None:
        line = Line(port)
        try:
            assert line.post(station.registration()).status == 200
            while True:
                station.tap()
                answer = line.post(station.batch(limit=3))
                assert answer.status == 200
                acks.append(station.take(answer.body, SERVER))
                if len(acks) >= acknowledgements:
                    enough.set()
        except LINE_BROKEN:
            return
        finally:
            line.close()

    with IntakeProcess(config) as intake, ThreadPoolExecutor(len(stations)) as pool:
        working = [pool.submit(work, station, intake.port) for station in stations]
        assert enough.wait(30)
        intake.kill()
        for each in working:
            each.result(30)
    return acks


def _each_is_held(config: CentralConfig, acks: list[wire.Ack]) -> None:
    evidence = SqliteEvidence.open(config.evidence)
    for ack in acks:
        head = evidence.head(ack.station, ack.epoch)
        assert head is not None
        assert head.seq >= ack.seq
        assert evidence.hash_at(ack.station, ack.epoch, ack.seq) == ack.h
    evidence.close()


def _drain(station: VirtualStation, line: Line) -> None:
    def post(message: Message) -> bytes:
        answer = line.post(message)
        assert answer.status == 200, answer.body
        return answer.body

    station.drain(post, SERVER)
    # The last beacon was journalled after the last batch had left.
    assert station.acked.seq == len(station.bodies) - 1
