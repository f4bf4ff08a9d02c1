"""PostgreSQL breaks while everybody taps: nothing acknowledged is lost, nothing comes twice."""

import json
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sync_agent.courier import HttpCourier
from sync_agent.outcome import Acked, Later
from tests.fakes import postgres, small_disk
from tests.fakes.central_rules import STATION
from tests.fakes.herd import stations
from tests.fakes.morning_bell import HELD, MorningBell, prove_held
from tests.fakes.postgres_pair import pair, waits_for
from tests.fakes.station_side import StationSide
from tests.fakes.sync_agent import STATION_KEY, Bench
from tests.fakes.virtual_station import VirtualStation
from tests.load.test_failing_central import told

pytestmark = [
    pytest.mark.journey,
    pytest.mark.invariant(7, 8),
    pytest.mark.skipif(postgres.BIN is None, reason=postgres.MISSING),
]

CODE = "34000000123456"
ROUNDS = [1, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(3_600)])]
Record = Callable[[str, object], None]


def settings(url: str, *, standby: bool = False) -> str:
    """Return what central.toml says of PostgreSQL."""
    more = "standby = true\n" if standby else ""
    return f'[postgres]\nurl = "{url}"\nlea = "3400000"\nschool = "{CODE}"\n{more}'


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Ask one server."""
    with closing(
        psycopg.connect(url, options=f"-c search_path=school_{CODE}", autocommit=True)
    ) as connection:
        return connection.execute(sql).fetchall()


def prove_database(bell: MorningBell, everybody: list[VirtualStation], url: str) -> None:
    """Assert that a server holds everything once."""
    held = ask(url, HELD)
    prove_held(bell, everybody, held)
    with pytest.raises(AssertionError):
        prove_held(bell, everybody, held[1:])
    assert ask(url, "SELECT count(*) FROM quarantine") == [(0,)]


@contextmanager
def ringing(
    folder: Path, told: str, count: int = 8
) -> Iterator[tuple[list[VirtualStation], StationSide, MorningBell]]:
    """Let so many stations tap and send."""
    everybody = stations(count)
    with (
        StationSide(folder, everybody, told) as central,
        MorningBell(everybody, lambda: central.port) as bell,
    ):
        yield everybody, central, bell


@pytest.mark.fault("S7")
@pytest.mark.parametrize("rounds", ROUNDS)
def test_postgresql_and_central_are_killed_in_turns(
    tmp_path: Path, rounds: int, record_property: Record
) -> None:
    with (
        postgres.cluster() as server,
        ringing(tmp_path, settings(server.url(), standby=True)) as (everybody, central, bell),
    ):
        # There is no standby: what is demanded is demanded of every single answer.
        bell.suffer(8)
        central.stop()
        assert bell.acks == []
        assert "[postgres] standby is true" in central.said()
        central.file.write_text(central.file.read_text().replace("standby = true", ""))
        central.start()
        for _ in range(rounds):
            bell.hear(60)
            server.kill()
            bell.suffer(8)
            server.start()
            bell.hear(60)
            central.kill()
            bell.suffer(8)
            central.start()
        bell.hear(60)
        bell.settle()
        prove_database(bell, everybody, server.url())
    record_property("figure", f"PostgreSQL and central killed {rounds} times each: {told(bell)}")


@pytest.mark.root
@pytest.mark.fault("S6")
@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_disk_of_postgresql_fills_during_the_bell(
    tmp_path: Path, rounds: int, record_property: Record
) -> None:
    with (
        postgres.folder() as place,
        small_disk.mounted(place / "disk", "160m") as disk,
        small_cluster(disk) as server,
        ringing(tmp_path, settings(server.url())) as (everybody, _central, bell),
    ):
        ended = 0
        for _ in range(rounds):
            bell.hear(60)
            small_disk.fill_up(disk)
            bell.suffer(20)
            (disk / "film.mp4").unlink()
            if not server.is_running:
                ended += 1
                server.start()
        bell.hear(60)
        bell.settle()
        assert "No space left" in (disk / "log").read_text()
        prove_database(bell, everybody, server.url())
    record_property(
        "figure", f"PostgreSQL's disk filled {rounds} times, ended it {ended} times: {told(bell)}"
    )


@pytest.mark.fault("S8")
@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_standby_takes_over_during_the_bell(tmp_path: Path, rounds: int, record_property: Record) -> None:
    with pair() as two, ringing(tmp_path, settings(two.url())) as (everybody, central, bell):
        for number in range(rounds):
            bell.hear(60)
            two.fail_over()
            bell.hear(60)
            # On the new line, and by the process that was there before.
            assert {ack.term for ack in bell.acks[-8:]} == {number + 2}
            two.rejoin()
        bell.hear(60)
        bell.settle()
        assert central.said().count("term.risen") == rounds
        assert "incarnation.begun" not in central.said()
        prove_database(bell, everybody, two.url())
    record_property("figure", f"failed over {rounds} times: {told(bell)}")


@pytest.mark.fault("S8")
def test_what_a_primary_alone_holds_is_not_acknowledged_when_it_comes_back(tmp_path: Path) -> None:
    # One station alone: whatever it asks again is there to be read, and nothing else has to be written.
    with pair() as two, ringing(tmp_path, settings(two.url()), count=1) as (everybody, _central, bell):
        bell.hear(10)
        two.second.stop()
        wait_for_a_waiting_commit(two.first.url())
        before = len(bell.acks)
        held = ask(two.first.url(), "SELECT count(*) FROM batch")
        two.first.kill()
        two.first.start()
        assert ask(two.first.url(), "SELECT count(*) FROM batch") > held
        wait_for_a_waiting_commit(two.first.url())
        assert len(bell.acks) == before
        two.first.kill()
        two.second.start()
        two.promote()
        bell.hear(10)
        bell.settle()
        prove_database(bell, everybody, two.url())


def wait_for_a_waiting_commit(url: str) -> None:
    """Return when a commit of central waits for the standby."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    postgres.wait(lambda: ask(url, waiting) != [(0,)], "a commit that waits")


@pytest.mark.fault("S8")
@pytest.mark.invariant(9)
def test_the_agent_heeds_no_server_that_was_left_behind(tmp_path: Path) -> None:
    (tmp_path / "station").mkdir()
    with pair() as two, closing(Bench(tmp_path / "station")) as bench:
        left = central_of_the_board(tmp_path / "left", two.first.url())
        with left, talking(bench, left):
            bench.tap(3)
            assert isinstance(bench.settle(), Acked)
        two.fail_over()
        now = central_of_the_board(tmp_path / "now", two.second.url())
        bench.tap(3)
        with now, talking(bench, now):
            assert isinstance(bench.settle(), Acked)
        peer, epoch = bench.memory.peer(bench.epoch), bench.epoch
        assert (peer.acked.seq, bench.memory.standing().term) == (7, 2)
        # Both that were left behind come back, and know nothing of what happened meanwhile.
        two.first.start()
        waits_for(two.first, "")
        bench.tap(3)
        with left, talking(bench, left):
            for _ in range(3):
                outcome = bench.exchange.round()
                assert isinstance(outcome, Later)
                assert outcome.reason.endswith("in term 1, but term 2 was seen already")
        assert (bench.memory.peer(epoch).acked, bench.epoch) == (peer.acked, epoch)
        with now, talking(bench, now):
            assert isinstance(bench.settle(), Acked)
        assert ask(two.second.url(), "SELECT sum(last_seq - first_seq + 1) FROM batch") == [(10,)]
        assert ask(two.second.url(), "SELECT count(*) FROM quarantine") == [(0,)]
        assert ask(two.first.url(), "SELECT sum(last_seq - first_seq + 1) FROM batch") == [(4,)]


@contextmanager
def small_cluster(disk: Path) -> Iterator[postgres.Cluster]:
    """Run a server that has this disk for itself."""
    account = pwd.getpwnam("postgres")
    os.chown(disk, account.pw_uid, account.pw_gid)
    server = postgres.Cluster(disk, postgres.free_port(), {"max_wal_size": "32MB", "min_wal_size": "32MB"})
    server.make()
    server.start()
    try:
        server.create("rollbook")
        yield server
    finally:
        server.stop()


def central_of_the_board(folder: Path, url: str) -> StationSide:
    """Return a central that knows the board's station alone."""
    folder.mkdir()
    central = StationSide(folder, [], settings(url))
    key = {"kid": STATION_KEY.kid, "public": STATION_KEY.verify_key.public.hex(), "revoked": False}
    ring = {"v": 1, "stations": {STATION: {"school": CODE, "keys": [key]}}}
    (central.config.data / "keyring.json").write_text(json.dumps(ring), encoding="utf-8")
    return central


@contextmanager
def talking(bench: Bench, central: StationSide) -> Iterator[None]:
    """Let the agent's process begin again, with the address of this central."""
    with closing(HttpCourier(f"http://127.0.0.1:{central.port}", STATION, "0.1.0")) as courier:
        bench.courier = courier
        bench.restart_agent()
        yield
