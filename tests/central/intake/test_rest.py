"""What makes others wait is left to moments in which nobody waits."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.schema import LONGEST_LOG_PAGES
from central.intake.writer import Writer
from tests.fakes.gated_evidence import PATIENCE_S
from tests.fakes.requests_kept import OK, keep

WAL_HEAD, FRAME_HEAD, PAGE = 32, 24, 4_096


class Resting(SqliteEvidence):
    """Evidence that says when it rests, holds on there until it may go on, and fails if it shall."""

    rests = threading.Semaphore(0)
    may_go_on = threading.Event()
    fails = False

    def rest(self) -> None:
        self.rests.release()
        assert self.may_go_on.wait(PATIENCE_S)
        if self.fails:
            msg = "disk I/O error"
            raise sqlite3.OperationalError(msg)
        super().rest()


@contextmanager
def writing(path: Path, resting: type[Resting], rest_s: float) -> Iterator[Writer]:
    writer = Writer(lambda: resting.open(path), rest_s=rest_s)
    writer.start()
    try:
        yield writer
    finally:
        resting.may_go_on.set()
        writer.stop()


@pytest.fixture
def resting() -> type[Resting]:
    class Fresh(Resting):
        rests = threading.Semaphore(0)
        may_go_on = threading.Event()

    return Fresh


def moved(path: Path) -> bool:
    """Whether everything of the log is in the file: read with the log left away."""
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'quarantine'").fetchone()
        return bool(tables[0] and connection.execute("SELECT count(*) FROM quarantine").fetchone()[0])


def test_the_log_is_moved_into_the_file_once_nobody_waits(tmp_path: Path, resting: type[Resting]) -> None:
    path = tmp_path / "evidence.sqlite"
    with writing(path, resting, rest_s=0.05) as writer:
        assert writer.submit(keep("a")).result(PATIENCE_S) == OK
        assert resting.rests.acquire(timeout=PATIENCE_S)
        assert not moved(path)
        resting.may_go_on.set()
        # What is written after it is written after it.
        assert writer.submit(keep("a")).result(PATIENCE_S) == OK
        assert moved(path)


def test_whoever_comes_meanwhile_is_let_in(tmp_path: Path, resting: type[Resting]) -> None:
    with writing(tmp_path / "evidence.sqlite", resting, rest_s=0.05) as writer:
        writer.submit(keep("a")).result(PATIENCE_S)
        assert resting.rests.acquire(timeout=PATIENCE_S)
        reply = writer.submit(keep("a"))
        assert not reply.done()
        resting.may_go_on.set()
        assert reply.result(PATIENCE_S) == OK


def test_a_rest_that_fails_is_said_and_loses_nothing(
    tmp_path: Path, resting: type[Resting], caplog: pytest.LogCaptureFixture
) -> None:
    resting.fails = True
    resting.may_go_on.set()
    with writing(tmp_path / "evidence.sqlite", resting, rest_s=0.05) as writer:
        writer.submit(keep("a")).result(PATIENCE_S)
        assert resting.rests.acquire(timeout=PATIENCE_S)
        assert writer.submit(keep("b")).result(PATIENCE_S) == OK
    assert "evidence.no-rest" in caplog.text
    with sqlite3.connect(tmp_path / "evidence.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (2,)


def test_without_rest_the_log_is_moved_before_it_grows_too_long(tmp_path: Path) -> None:
    path = tmp_path / "evidence.sqlite"
    evidence = SqliteEvidence.open(path)
    for group in range(3 * LONGEST_LOG_PAGES // 2_000):
        evidence.begin()
        for n in range(10):
            keep(f"{group}.{n} " * (12 * PAGE))(evidence)
        evidence.commit()
    log = path.with_name("evidence.sqlite-wal").stat().st_size
    evidence.close()
    assert LONGEST_LOG_PAGES * PAGE < log < WAL_HEAD + (LONGEST_LOG_PAGES + 2_000) * (FRAME_HEAD + PAGE)
