import errno
import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from station.clock import HandClock
from station.errors import JournalError, JournalFullError
from station.journal import FILE_NAME, JournalReader
from station.salvage import Salvaged, is_due, salvage
from station.salvage.examine import examine
from station.salvage.remains.wal import wal_of
from tests.fakes.damage import copy_of, fill, rows_in
from tests.fakes.station import IDENTITY, open_journal

# What a salvage changes anything on the disk with: interrupted between two of these it has done no more.
OF_FILES = {os.link, os.fsync, os.rename, os.replace, os.unlink}
OF_DATABASES = {"executemany", "execute", "close"}

# 61 rows of the file and 5 of the frames, and one of them broken.
LOST = 10
KEPT = 65


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a journal as the power left it: a page of the file damaged, newer rows in sound frames."""
    folder, clock, dice = tmp_path_factory.mktemp("live"), HandClock(), random.Random(3)  # noqa: S311 (the same taps each time)
    for taps in (60, 5):
        journal = open_journal(folder, clock)
        fill(journal, clock, taps, dice)
        path = copy_of(folder, tmp_path_factory.mktemp(f"{taps}") / "journal")
        rows = rows_in(folder / FILE_NAME, journal.head.epoch)
        journal.close()
    wal_of(path).write_bytes(wal_of(path).read_bytes().rstrip(b"\0"))
    whole = path.read_bytes()
    assert rows[LOST - 1].body in whole
    path.write_bytes(whole.replace(rows[LOST - 1].body, rows[0].body[: len(rows[LOST - 1].body)]))
    return path


def salvaged(path: Path) -> Salvaged:
    return salvage(path, path.parent / "sidecar", IDENTITY, HandClock().reading(), lambda: 4711, "x")


def bytes_of(path: Path) -> tuple[bytes, bytes]:
    return path.read_bytes(), wal_of(path).read_bytes()


@contextmanager
def interrupted(step: int, stop: Callable[[], None], *, files_only: bool = False) -> Iterator[list[object]]:
    """Call `stop` before the call of that number to the system; yield those made so far."""
    made = list[object]()

    def watch(_frame: FrameType, event: str, called: object) -> None:
        owner = getattr(called, "__self__", None)
        is_of_a_database = (
            isinstance(owner, sqlite3.Connection) and getattr(called, "__name__", "") in OF_DATABASES
        )
        if event == "c_call" and (called in OF_FILES or (is_of_a_database and not files_only)):
            made.append(called)
            if len(made) == step:
                stop()

    sys.setprofile(watch)
    try:
        yield made
    finally:
        sys.setprofile(None)


def steps_of(path: Path, to: Path, *, files_only: bool = False) -> list[object]:
    """Return the calls one salvage makes."""
    copy = copy_of(path.parent, to)
    with interrupted(0, lambda: None, files_only=files_only) as made:
        salvaged(copy)
    return made


def assert_old_or_on_the_way_and_finished_next_time(path: Path, whole: tuple[bytes, bytes]) -> None:
    """Check what an interruption left, and that the next start brings it to its end."""
    is_old = path.exists() and wal_of(path).exists() and bytes_of(path) == whole
    is_new = path.exists() and examine(path).problems == () and b"salvage" in path.read_bytes()
    assert is_old or is_new or is_due(path, path.parent / "sidecar", IDENTITY) == "a salvage was interrupted"
    if not (is_new and is_due(path, path.parent / "sidecar", IDENTITY) is None):
        assert salvaged(path).kept == KEPT
    (lost,) = JournalReader(path).holes(JournalReader(path).epochs()[0])
    assert lost == (LOST, LOST)
    assert examine(path).problems == ()
    assert examine(path).rows == KEPT + 2
    (aside,) = (file for file in path.parent.glob("*.damaged-*") if not file.name.endswith("-wal"))
    assert bytes_of(aside) == whole
    left = {file.name for file in path.parent.iterdir() if ".damaged-" not in file.name}
    assert left <= {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", "journal.lock"}


@pytest.mark.invariant(4, 6)
@pytest.mark.fault("P4")
def test_a_salvage_killed_at_any_step_is_finished_by_the_next(broken: Path, tmp_path: Path) -> None:
    whole, steps = bytes_of(broken), steps_of(broken, tmp_path / "counted")
    # Before each change to the files, and before every fourth call to a database of its own.
    chosen = [step for step, call in enumerate(steps, 1) if call in OF_FILES or step % 4 == 0]
    assert len(chosen) > 30
    for step in chosen:
        path = copy_of(broken.parent, tmp_path / str(step))
        child = os.fork()
        if child == 0:
            with interrupted(step, lambda: os._exit(9)):
                salvaged(path)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert_old_or_on_the_way_and_finished_next_time(path, whole)


@pytest.mark.invariant(4)
@pytest.mark.fault("P4", "D2")
def test_a_disk_that_refuses_at_any_step_leaves_what_the_next_salvage_finishes(
    broken: Path, tmp_path: Path
) -> None:
    def refuse() -> None:
        raise OSError(errno.EIO, "Input/output error")

    whole, steps = bytes_of(broken), steps_of(broken, tmp_path / "counted", files_only=True)
    assert len(steps) > 10
    for step in range(1, len(steps) + 1):
        path = copy_of(broken.parent, tmp_path / str(step))
        with pytest.raises(JournalError), interrupted(step, refuse, files_only=True):
            salvaged(path)
        assert_old_or_on_the_way_and_finished_next_time(path, whole)


@pytest.mark.invariant(4)
@pytest.mark.fault("D1")
def test_a_salvage_that_finds_no_room_leaves_the_old_journal(
    broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole = copy_of(broken.parent, tmp_path / "full"), bytes_of(broken)
    with monkeypatch.context() as patch:
        patch.setattr("station.journal.file._is_full", lambda _path: True)
        patch.setattr("station.salvage.procedure._flush", lambda _file: os.write(-1, b""))
        with pytest.raises(JournalFullError):
            salvaged(path)
    assert bytes_of(path) == whole
    assert_old_or_on_the_way_and_finished_next_time(path, whole)
