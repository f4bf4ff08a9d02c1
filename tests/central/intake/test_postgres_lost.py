"""PostgreSQL or its writer killed in the middle, and a database that went back."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from central.config import PostgresConfig
from central.intake.audit import audit
from central.intake.evidence_postgres import PostgresEvidence
from central.intake.keyring import Keyring
from central.store import postgres
from central.store.evidence import Evidence as Reader
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes.data_folder import rows
from tests.fakes.intake import SERVER, IntakeBench
from tests.fakes.postgres import Cluster, cluster


@pytest.mark.invariant(7, 8, 21)
@pytest.mark.fault("S1")
def test_a_server_killed_in_a_flush_costs_a_retry_and_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster() as server:
        school = PostgresConfig(server.url(), lea="3400000", school="34000000123456")
        with IntakeBench(tmp_path, postgres=school) as bench:
            bench.register()
            station, held = bench.station, list[int]()
            for moment, there in (("begin", 0), ("commit", 0), ("commit", 1)):
                station.tap()
                message = station.batch()
                with monkeypatch.context() as patch:
                    patch.setattr(PostgresEvidence, moment, _struck(server, moment, done=bool(there)))
                    assert bench.post(message).status == 503
                server.start()
                # Nobody was told: what the statement did before its end is what is found now.
                assert bench.count("batch") == len(held) + there
                ack = station.take(bench.post(message).body, SERVER)
                assert ack.inc == "first-life"
                held.append(ack.seq)
            assert rows(bench.config, "SELECT srv_seq, last_seq FROM batch ORDER BY 1") == [
                *enumerate(held, 1)
            ]
        assert list(audit(school, Keyring(bench.config.data / "keyring.json"), SERVER)) == []


def _struck(server: Cluster, moment: str, *, done: bool) -> Callable[..., None]:
    """Return that step of the evidence with the server killed before it, or after it unheard."""
    step = getattr(PostgresEvidence, moment)

    def struck(evidence: PostgresEvidence, *given: object) -> None:
        if not done:
            server.kill()
        step(evidence, *given)
        if done:
            server.kill()
            raise OSError

    return struck


_DYING = """
import os, signal, sys
from central.config import PostgresConfig
from central.intake.evidence import Arrived
from central.intake.evidence_postgres import PostgresEvidence
evidence = PostgresEvidence.open(PostgresConfig(sys.argv[1], "3400000", sys.argv[2]))
evidence.begin()
evidence.set_aside("st-1", 1, "fork", Arrived(0, b"x", b"y"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_killed_before_its_commit_leaves_nothing_and_no_lock(school: PostgresConfig) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _DYING, school.url, school.school], check=False, timeout=60, env=os.environ
    )
    assert ended.returncode < 0
    with closing(PostgresEvidence.open(school)) as evidence:
        assert evidence.newest() is None
        assert Reader(school).set_aside(0, 9) == []


def station_acked(body: bytes) -> wire.Ack:
    return wire.Ack.of(open_note("ack", wire.Answer.from_json(body).ack, SERVER))


def test_an_evidence_that_was_lost_while_the_intake_ran_begins_a_new_life(
    tmp_path: Path, school: PostgresConfig
) -> None:
    # A standby that had not everything was promoted under a running intake, or a dump put back.
    with IntakeBench(tmp_path, postgres=school) as bench:
        bench.register()
        for _ in range(3):
            bench.station.tap()
            bench.sync(bench.station)
        with closing(postgres.connect(school)) as behind:
            behind.execute("SET session_replication_role = replica")
            behind.execute("DELETE FROM batch WHERE srv_seq = 3")
            behind.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <>"
                " pg_backend_pid() AND (classid::bigint << 32 | objid::bigint) = %s",
                (postgres.lock_key(school.school, postgres.EVIDENCE),),
            )
        bench.station.tap()
        message = bench.station.batch()
        assert bench.post(message).status == 503
        # The head was not lost with the batch; the life of a store that lacks one is over all the same.
        assert station_acked(bench.post(message).body).inc != "first-life"
        assert '"first-life"' not in (bench.config.data / "server.json").read_text(encoding="utf-8")
