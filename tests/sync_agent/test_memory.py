"""The agent's own database: one writer, durable, prepared by a step of its own."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station.tap import Kind
from sync_agent.errors import MemoryBusyError, MemoryFileError, SchemaError
from sync_agent.memory import Memory, look
from sync_agent.memory_file import is_current, migrate
from sync_agent.migrations import MIGRATIONS
from sync_agent.standing import BEGINNING, Peer, Pending, Standing
from tests.fakes.first_release import forget_newer_releases
from tests.fakes.sync_agent import Bench

PENDING = Pending(
    epoch=2**62,
    sync_no=1,
    nonce="n",
    first=1,
    last=2,
    batch_h=b"h" * 32,
    head_seq=2,
    boot=1,
    t1_raw_ms=5,
    idempotency_key='"k"',
    message=b"\x1f\x8b bytes",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agent.sqlite"
    migrate(path)
    return path


def test_preparing_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    path = tmp_path / "agent.sqlite"
    assert not is_current(path)
    assert migrate(path) == ["first_release", "entries_behind_a_hole", "parted_epochs_and_configuration"]
    assert is_current(path)
    assert migrate(path) == []
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "agent.sqlite.before-migration").exists()


def test_a_database_that_is_not_prepared_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="rollbook-sync migrate"):
        Memory.open(tmp_path / "agent.sqlite")


def test_a_later_releases_database_is_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('sync_agent', 'tenth', '')"
        )
    for act in (migrate, Memory.open):
        with pytest.raises(SchemaError, match="later release"):
            act(file)


@pytest.mark.invariant(6)
def test_what_a_power_cut_left_half_begun_is_taken_back(tmp_path: Path) -> None:
    path, begun = tmp_path / "agent.sqlite", tmp_path / "begun"
    with closing(sqlite3.connect(begun, isolation_level=None)) as db:
        db.execute("CREATE TABLE half (bytes)")
        # So little memory that SQLite writes before the commit that never comes.
        for command in ("PRAGMA cache_size = 1", "BEGIN", "INSERT INTO half VALUES (zeroblob(100000))"):
            db.execute(command)
        for suffix in ("", "-journal"):
            shutil.copy(f"{begun}{suffix}", f"{path}{suffix}")
    assert "first_release" in migrate(path)
    with closing(Memory.open(path)) as memory:
        assert memory._db.execute("SELECT * FROM half").fetchall() == []


@pytest.mark.fault("E2")
@pytest.mark.invariant(6)
def test_a_step_that_fails_leaves_everything_as_it_was_and_a_copy_beside_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Memory.open(file)) as memory:
        memory.stand(attempt=7)
    steps = list(MIGRATIONS._migrations)
    monkeypatch.setattr(MIGRATIONS, "_migrations", steps)

    @MIGRATIONS()
    def half_way(db: object) -> None:
        db.execute("ALTER TABLE standing ADD COLUMN colour TEXT")  # type: ignore[attr-defined]  # a Database
        db.execute("INSERT INTO nowhere VALUES (1)")  # type: ignore[attr-defined]  # a Database

    with pytest.raises(MemoryFileError):
        migrate(file)
    assert (file.with_name("agent.sqlite.before-migration")).exists()
    steps.pop()
    assert is_current(file)
    assert look(file).standing.attempt == 7


@pytest.mark.fault("E2")
@pytest.mark.invariant(4, 6)
def test_a_database_of_the_first_release_keeps_its_cursors_and_what_is_on_its_way(file: Path) -> None:
    with closing(Memory.open(file)) as memory:
        memory.restart(Peer(7, is_registered=True, sync_no=3))
        memory.offer(PENDING)
        memory.stand(attempt=5)
    forget_newer_releases(file)
    assert migrate(file) == ["entries_behind_a_hole", "parted_epochs_and_configuration"]
    with closing(Memory.open(file)) as memory:
        assert memory.peer(7) == Peer(7, is_registered=True, sync_no=3)
        assert memory.pending() == PENDING
        assert memory.standing().attempt == 5


@pytest.mark.fault("E2")
@pytest.mark.invariant(4, 15)
def test_an_upgrade_with_much_that_waits_loses_none_of_it(bench: Bench) -> None:
    bench.settle()
    bench.note([(Kind.ALIVE, {"n": number}) for number in range(5_000)])
    forget_newer_releases(bench.folder / "agent.sqlite")
    bench.memory.close()
    migrate(bench.folder / "agent.sqlite")
    bench.restart_agent()
    assert bench.outbox.backlog().entries == 5_000
    bench.settle()
    assert bench.rules.bodies(bench.epoch) == bench.bodies()
    assert bench.rules.alarms == []


def test_there_is_one_writer_at_a_time(file: Path) -> None:
    with closing(Memory.open(file)):
        with pytest.raises(MemoryBusyError, match="another agent is running"):
            Memory.open(file)
        assert look(file).standing == Standing()
    with closing(Memory.open(file)) as memory:
        memory.close()


def test_what_is_kept_is_kept_with_full_synchronisation(file: Path) -> None:
    with closing(Memory.open(file)) as memory:
        assert memory._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert memory._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_request_outlives_the_process(file: Path) -> None:
    with closing(Memory.open(file)) as memory:
        memory.offer(PENDING)
    with closing(Memory.open(file)) as memory:
        assert memory.pending() == PENDING
        assert memory.peer(PENDING.epoch) == Peer(PENDING.epoch, sync_no=1)
        memory.restart(Peer(PENDING.epoch, is_registered=True, sync_no=1))
        assert memory.pending() is None
        assert memory.peer(PENDING.epoch).is_registered


def test_two_requests_cannot_be_on_their_way_at_once(file: Path) -> None:
    with closing(Memory.open(file)) as memory:
        memory.offer(PENDING)
        with pytest.raises(MemoryFileError):
            memory.offer(PENDING)
        assert memory.peer(PENDING.epoch).sync_no == 1


def test_an_epoch_never_spoken_of_is_at_its_beginning(file: Path) -> None:
    with closing(Memory.open(file)) as memory:
        assert memory.peer(5) == Peer(5)
        assert memory.peer(5).acked == BEGINNING


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "agent.sqlite"
    path.write_bytes(b"not a database at all, but longer than the header is" * 20)
    with pytest.raises(MemoryFileError, match=r"agent\.sqlite"):
        migrate(path)
