"""The evidence on PostgreSQL: two statements a group, what it sees of itself, one writer a school."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from central.config import PostgresConfig
from central.errors import ConfigError, UnavailableError
from central.intake import schema_postgres
from central.intake.audit import audit
from central.intake.evidence import Arrived, Evidence
from central.intake.evidence_postgres import PostgresEvidence
from central.intake.keyring import Keyring
from central.intake.reply import Reply
from central.store import postgres
from central.store.evidence import Evidence as Reader
from tests.fakes.intake import SERVER, IntakeBench
from tests.fakes.station_process import wait_for
from tests.fakes.virtual_station import Message, VirtualStation

PATIENCE_S = 30
_SCHOOLS = count(34_000_000_500_001)


@contextmanager
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note every statement writers send."""
    said, execute = list[str](), postgres.Connection.execute

    def noting(self: postgres.Connection, query: str, *given: Any, **named: Any) -> Any:  # noqa: ANN401  as the true one's
        if threading.current_thread().name == "evidence-writer":
            said.append(" ".join(query.split()))
        return execute(self, query, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr("psycopg.Connection.execute", noting)
        yield said


def together(bench: IntakeBench, monkeypatch: pytest.MonkeyPatch, messages: list[Message]) -> list[int]:
    """Have all messages judged in one group; return how each was answered."""
    is_free, begin = threading.Event(), PostgresEvidence.begin

    def held(evidence: PostgresEvidence, *about: object) -> None:
        assert is_free.wait(PATIENCE_S)
        begin(evidence, *about)  # type: ignore[arg-type]  # as it was given

    with monkeypatch.context() as patch:
        patch.setattr(PostgresEvidence, "begin", held)
        # Held before it asks for anything; what comes meanwhile is the next group.
        ahead = bench.begin(bench.stations[-1].batch())
        begun = [bench.begin_from(f"192.0.2.{n}", message) for n, message in enumerate(messages, 1)]
        assert bench.caller.call("GET", "/healthz").status == 200
        is_free.set()
        assert ahead.result(PATIENCE_S).status == 200
        return [each.result(PATIENCE_S).status for each in begun]


@pytest.mark.invariant(8)
def test_a_group_is_asked_for_in_one_statement_and_written_in_one(
    tmp_path: Path, school: PostgresConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    stations = [VirtualStation(f"st-{n:02}", seed=n + 1) for n in range(13)]
    with IntakeBench(tmp_path, stations, postgres=school) as bench:
        bench.register()
        for station in stations:
            station.tap()
        with told(monkeypatch) as said:
            messages = [station.batch() for station in stations[:-1]]
            assert together(bench, monkeypatch, messages) == [200] * 12
        # The group ahead held the last station's batch alone.
        assert [statement.split(" ", 1)[0] for statement in said] == ["SELECT", "WITH"] * 2
        assert bench.count("batch") == 13
        with told(monkeypatch) as said:
            assert [bench.post(message).status for message in messages] == [200] * 12
        # What comes again is answered with what was found, and nothing is written.
        assert [statement.split(" ", 1)[0] for statement in said] == ["SELECT"] * 12
        assert bench.count("replay") == 13


@pytest.mark.invariant(7, 10, 21)
def test_what_a_group_holds_already_is_seen_by_its_later_requests(
    tmp_path: Path, school: PostgresConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    stations = [VirtualStation(seed=1), VirtualStation("st-last", seed=2)]
    with IntakeBench(tmp_path, stations, postgres=school) as bench:
        bench.register()
        station = stations[0]
        station.tap()
        message = station.batch()
        assert message.envelope is not None
        other = station.message(replace(message.envelope, nonce="AAAAAAAAAAAAAAAAAAAAAA"))
        shorter = station.message(station.envelope(1, 1))
        found = together(bench, monkeypatch, [message, message, other, shorter])
        # Kept; answered again; a second request that shows a token already used, twice: set aside.
        assert found == [200, 200, 409, 409]
        assert (bench.count("batch"), bench.count("quarantine")) == (2, 2)
        assert bench.held(station) == (2, station.hashes[2])
    assert list(audit(bench.config.evidence_at, Keyring(bench.config.data / "keyring.json"), SERVER)) == []


def keeping(station: VirtualStation) -> Callable[[Evidence], Reply]:
    """Return a judge that keeps a station's next batch and notes a key, without looking."""
    message = station.batch()
    assert message.envelope is not None

    def judge(evidence: Evidence) -> Reply:
        envelope = message.envelope
        assert envelope is not None
        evidence.set_aside(station.name, station.epoch, "x", Arrived(0, message.body, message.body[:32]))
        evidence.remember(envelope, b"d", srv_seq=None, answer=b"a")
        return Reply(200, b"")

    return judge


@pytest.mark.invariant(8)
def test_a_fault_in_one_request_is_undone_and_fails_no_other(school: PostgresConfig) -> None:
    stations = [VirtualStation(f"st-{n}", seed=n + 1) for n in range(3)]
    first, faulty, last = map(keeping, stations)
    evidence = PostgresEvidence.open(school)
    evidence.begin()
    for judge, is_faulty in ((first, False), (faulty, True), (last, False)):
        try:
            with evidence.apart():
                judge(evidence)
                if is_faulty:
                    evidence._do("SELECT no_such_column FROM batch")
        except postgres.Error:
            assert is_faulty
        assert evidence.is_sound
    evidence.commit()
    evidence.close()
    with closing(postgres.connect(school)) as asking:
        kept = [
            asking.execute(f"SELECT station FROM {name} ORDER BY 1").fetchall()  # noqa: S608  ours
            for name in ("quarantine", "replay")
        ]
    assert kept == [[("st-0",), ("st-2",)]] * 2


@pytest.mark.fault("S4")
def test_a_school_has_one_writer_and_schools_do_not_know_of_each_other(school: PostgresConfig) -> None:
    other = replace(school, school=str(next(_SCHOOLS)))
    with closing(PostgresEvidence.open(school)) as evidence, closing(PostgresEvidence.open(other)):
        with pytest.raises(UnavailableError, match=rf"school {school.school} is held by another intake"):
            PostgresEvidence.open(school)
        evidence.begin()
        evidence.set_aside("st-1", 1, "fork", Arrived(0, b"x", b"y"))
        evidence.commit()
        assert [each.reason for each in Reader(school).set_aside(0, 9)] == ["fork"]
        assert Reader(other).set_aside(0, 9) == []
    PostgresEvidence.open(school).close()


def waiting(asking: postgres.Connection) -> int:
    """Count the sessions that wait for an advisory lock of this database."""
    row = asking.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_many_schools_may_begin_at_once(postgres_url: str) -> None:
    schools = [PostgresConfig(postgres_url, "3400000", str(next(_SCHOOLS))) for _ in range(6)]
    with closing(postgres.connect(schools[0])) as holding, ThreadPoolExecutor(6) as pool:
        # Until all have seen that nothing is there yet, none may begin to make it.
        holding.execute("SELECT pg_advisory_lock(%s)", (schema_postgres.FOUNDING,))
        begun = [pool.submit(PostgresEvidence.open, school) for school in schools]
        wait_for(lambda: waiting(holding) == len(schools), "all schools at the lock", PATIENCE_S)
        holding.execute("SELECT pg_advisory_unlock(%s)", (schema_postgres.FOUNDING,))
        for each in begun:
            each.result(PATIENCE_S).close()
    with closing(postgres.connect(schools[0])) as asking:
        found = asking.execute("SELECT school FROM evidence.school ORDER BY 1").fetchall()
        asking.execute("UPDATE evidence.form SET version = %s", (schema_postgres.VERSION + 1,))
    assert found == [(school.school,) for school in schools]
    with pytest.raises(ConfigError, match="newer rollbook"):
        PostgresEvidence.open(schools[0])


def test_every_key_begins_with_the_district_and_the_school(school: PostgresConfig) -> None:
    PostgresEvidence.open(school).close()
    with closing(postgres.connect(school)) as asking:
        keys = asking.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname IN ('evidence', %s)", (school.schema,)
        ).fetchall()
        plan = "\n".join(
            line
            for (line,) in asking.execute(
                "EXPLAIN SELECT seq FROM station_head WHERE station = 'st-1' AND epoch = 1"
            )
        )
    assert len(keys) > 2 * len(schema_postgres.TABLES)
    assert [key for (key,) in keys if "(lea, school" not in key and "(version)" not in key] == []
    assert "(lea = " in plan


def test_a_server_that_would_wait_for_no_standby_is_refused_where_one_is_demanded(
    school: PostgresConfig,
) -> None:
    with closing(PostgresEvidence.open(replace(school, standby=True))) as evidence:
        with pytest.raises(UnavailableError, match="synchronous_standby_names is empty"):
            evidence.begin([VirtualStation().envelope(1, 0)])
        with pytest.raises(UnavailableError, match="synchronous_standby_names is empty"):
            evidence.begin()


@pytest.mark.invariant(7)
def test_a_reader_never_sees_a_batch_without_those_before_it(tmp_path: Path, school: PostgresConfig) -> None:
    stations = [VirtualStation(f"st-{n:02}", seed=n + 1) for n in range(8)]
    seen, is_over = list[list[int]](), threading.Event()

    def read(config: PostgresConfig) -> None:
        while not is_over.is_set():
            seen.append([arrival.server_sequence for arrival in Reader(config).arrivals(0, 1000)])

    with IntakeBench(tmp_path, stations, postgres=school) as bench, ThreadPoolExecutor(1) as pool:
        bench.register()
        reading = pool.submit(read, school)
        for _ in range(6):
            for station in stations:
                station.tap()
            begun = [bench.begin_from(f"192.0.2.{n}", each.batch()) for n, each in enumerate(stations)]
            for station, answer in zip(stations, begun, strict=True):
                station.take(answer.result(PATIENCE_S).body, SERVER)
        is_over.set()
        reading.result(PATIENCE_S)
    assert all(found == list(range(1, len(found) + 1)) for found in seen)
    assert len({len(found) for found in seen}) > 2
