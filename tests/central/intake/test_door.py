"""What the door in front of the intake lets in, by count: floods, rubbish, slow lines, and who goes first."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central.intake.admission import Admission
from central.intake.evidence_sqlite import SqliteEvidence
from sync_agent.signing import SigningKey
from tests.fakes.gated_evidence import Gate
from tests.fakes.intake import SERVER, IntakeBench, problem
from tests.fakes.intake_process import IntakeProcess, Line
from tests.fakes.virtual_station import VirtualStation

EXPECT = {"Expect": "100-continue"}
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"

pytestmark = pytest.mark.invariant(40)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Hold commits up while the gate is closed; what was sent meanwhile waits."""
    gate, commit = Gate(), SqliteEvidence.commit

    def gated_commit(evidence: SqliteEvidence) -> None:
        gate.pass_through()
        commit(evidence)

    monkeypatch.setattr(SqliteEvidence, "commit", gated_commit)
    yield gate
    gate.open()


def class_of(count: int) -> list[VirtualStation]:
    return [VirtualStation(f"st-{n:03}", seed=n + 1) for n in range(count)]


def test_a_station_that_floods_has_one_request_in_work_and_the_others_are_answered(
    tmp_path: Path, gate: Gate
) -> None:
    bad, *others = stations = class_of(5)
    with IntakeBench(tmp_path, stations) as bench:
        bench.register()
        gate.commits = 0
        gate.close()
        message = bad.batch()
        first = bench.begin(message)
        gate.wait_for_a_commit()
        flood = [bench.begin(message) for _ in range(200)]
        honest = [bench.begin(station.batch()) for station in others]
        refused = [one.result(20) for one in flood]
        assert {problem(one)[0] for one in refused} == {"busy"}
        assert {int(one.headers["retry-after"]) for one in refused} == {1}
        gate.open()
        assert {one.result(20).status for one in [first, *honest]} == {200}
        assert gate.commits == 2


def test_a_full_queue_sends_away_before_a_body_is_read_and_tells_each_its_place(
    tmp_path: Path, gate: Gate
) -> None:
    stations = class_of(40)
    admission = Admission(units_a_second=5.0)
    with IntakeBench(tmp_path, stations, admission=admission) as bench:
        bench.register()
        gate.close()
        first = bench.begin(stations[0].batch())
        gate.wait_for_a_commit()
        waiting = [bench.begin(station.batch()) for station in stations[1:]]
        # The 15 that fit are 3/4 of 4 s; the rest hear at once when their turn comes, five a second.
        refused = [one.result(20) for one in waiting[14:]]
        assert {one.status for one in refused} == {503}
        places = [int(one.headers["retry-after"]) for one in refused]
        assert places == sorted(places)
        assert max(places.count(place) for place in places) <= 6
        message, taken = stations[30].batch(), list[bytes]()

        def body() -> Iterator[bytes]:
            taken.append(message.body)
            yield message.body

        headers = {**message.headers, "content-length": str(len(message.body))}
        answer = bench.caller.stream("POST", message.path, headers, body())
        assert (answer.status, taken) == (503, [])
        gate.open()
        assert {one.result(20).status for one in [first, *waiting[:14]]} == {200}
        assert bench.count("batch") == 15


def test_signatures_that_prove_nothing_are_looked_at_a_few_times_and_known_stations_go_on(
    tmp_path: Path,
) -> None:
    known, named = class_of(2)
    forged = named.message(named.envelope(1, 1), SigningKey(b"a key that no station was given.."[:32]))
    with IntakeBench(tmp_path, [known, named]) as bench:
        bench.register(known)
        told = [problem(bench.post(forged))[0] for _ in range(300)]
        assert told[:20] == ["bad-signature"] * 20
        # Two more a second are looked at, whoever sends how many.
        assert told.count("busy") > 200
        bench.sync(known)
        assert bench.begin_from("192.0.2.9", named.registration()).result(20).status == 200


def test_names_nobody_knows_are_refused_without_being_read_after_a_few(tmp_path: Path) -> None:
    (known,) = class_of(1)
    with IntakeBench(tmp_path, [known]) as bench:
        bench.register()
        strangers = [VirtualStation(f"st-made-up-{n}") for n in range(300)]
        told = [problem(bench.post(stranger.batch()))[0] for stranger in strangers]
        assert told[:20] == ["unknown-station"] * 20
        assert told.count("busy") > 200
        bench.sync(known)


@pytest.mark.journey
@pytest.mark.fault("N5")
def test_a_body_that_drips_in_keeps_up_its_own_station_and_no_other(tmp_path: Path) -> None:
    slow, quick = stations = class_of(2)
    config = IntakeBench(tmp_path, stations).config
    with (
        IntakeProcess(config) as intake,
        closing(Line(intake.port)) as line,
        closing(http.client.HTTPConnection("127.0.0.1", intake.port, timeout=30)) as dripping,
    ):
        for station in stations:
            assert line.post(station.registration()).status == 200
        message = slow.batch()
        dripping.putrequest("POST", message.path)
        for name, value in {**message.headers, "Content-Length": str(len(message.body)), **EXPECT}.items():
            dripping.putheader(name, value)
        dripping.endheaders(message.body[:10])
        # The intake asks for the rest: it has let the request in.
        assert dripping.sock.recv(len(GO_ON), socket.MSG_WAITALL) == GO_ON
        assert line.post(slow.registration()).status == 503
        # Well within what one station may ask at once, however fast the machine answers.
        for _ in range(10):
            answer = line.post(quick.batch())
            assert answer.status == 200
            quick.take(answer.body, SERVER)
        dripping.send(message.body[10:])
        assert dripping.getresponse().status == 200
