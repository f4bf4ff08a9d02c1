import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from station import chain
from station.clock import HandClock
from station.errors import JournalDamagedError, JournalError, JournalFullError
from station.journal import FILE_NAME, Journal
from station.journal.file import connect_to_write, refusal
from station.tap import VERSION, Entry, Kind, encode
from tests.fakes.station import broken_disk, entries_in, open_journal
from tests.station.journal.journal_under_fault import APPENDS

ROOT = Path(__file__).parents[3]
BY_SQLITE = '-wal", O_RDWR|O_CREAT'
FAILS_AT = 3
"""Which of the appends meets the fault."""

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def traced(folder: Path, *faults: str) -> list[str]:
    """Let a process append under strace, which has the kernel refuse a call; return its calls."""
    folder.mkdir()
    trace = folder / "trace"
    calls = "trace=openat,write,pwrite64,fdatasync"
    command = ["strace", "-f", "-y", "-qq", "-e", "signal=none", "-e", calls, "-o", str(trace)]
    command += [option for fault in faults for option in ("-e", f"inject={fault}")]
    command += [sys.executable, "-m", "tests.station.journal.journal_under_fault", str(folder)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, timeout=60)
    return trace.read_text(encoding="utf-8", errors="replace").splitlines()


def said(trace: list[str]) -> list[str]:
    """Return what the process was told, append by append."""
    words = [match[1] for line in trace if (match := re.search(r'write\(1<.*?>, "(\w+)\\n"', line))]
    return [word for word in words if word != "append"]


def calls_before(trace: list[str], call: str, append: int) -> int:
    """Return how often the process made a call before its so manieth append."""
    begun = 0
    for number, line in enumerate(trace):
        begun += '"append\\n"' in line
        if begun == append:
            return sum(f" {call}(" in before for before in trace[:number])
    raise AssertionError(trace)


@needs_strace
@pytest.mark.journey
@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        ("fdatasync", "EIO", "JournalError"),
        ("pwrite64", "EIO", "JournalError"),
        ("pwrite64", "EROFS", "JournalError"),
        ("pwrite64", "ENOSPC", "JournalFullError"),
    ],
)
@pytest.mark.invariant(3)
@pytest.mark.fault("D2")
def test_an_entry_the_disk_refused_is_reported_lost_and_the_next_one_is_stored(
    tmp_path: Path, call: str, error: str, told: str
) -> None:
    healthy = traced(tmp_path / "healthy")
    assert said(healthy) == [str(seq) for seq in range(2, 2 + APPENDS)]
    when = calls_before(healthy, call, FAILS_AT) + 1
    trace = traced(tmp_path / "faulty", f"{call}:error={error}:when={when}")
    assert said(trace) == ["2", "3", told, "4", "5", "6"]
    assert len(entries_in(tmp_path / "faulty")) == APPENDS


@needs_strace
@pytest.mark.journey
@pytest.mark.invariant(1)
@pytest.mark.fault("D2")
def test_after_a_flush_that_failed_the_next_entry_goes_through_a_descriptor_opened_since(
    tmp_path: Path,
) -> None:
    when = calls_before(traced(tmp_path / "healthy"), "fdatasync", FAILS_AT) + 1
    trace = traced(tmp_path / "faulty", f"fdatasync:error=EIO:when={when}")
    failed = next(number for number, line in enumerate(trace) if "(INJECTED)" in line)
    told = next(number for number, line in enumerate(trace) if number > failed and '"append\\n"' in line)
    stored = next(number for number, line in enumerate(trace) if number > told and '"4\\n"' in line)
    between = trace[told:stored]
    opened = next(number for number, line in enumerate(between) if "openat(" in line and BY_SQLITE in line)
    flushed = [number for number, line in enumerate(between) if " fdatasync(" in line and "-wal" in line]
    assert min(flushed) > opened


@pytest.mark.invariant(3)
@pytest.mark.fault("D2")
def test_an_entry_reported_lost_and_found_on_the_disk_is_kept_and_gone_on_from(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    head = journal.head
    with broken_disk(journal), pytest.raises(JournalError):
        journal.append(Kind.ALIVE, {"n": 1}, clock.reading())
    body = encode(Entry(VERSION, Kind.ALIVE, clock.reading(), {"n": 1}))
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as disk:
        phantom = (head.epoch, 2, body, chain.link(head.h, body))
        disk.execute("INSERT INTO entry (epoch, seq, body, h) VALUES (?, ?, ?, ?)", phantom)
    assert journal.append(Kind.ALIVE, {"n": 2}, clock.reading()).seq == 3
    assert [entry.payload for entry in entries_in(tmp_path)[1:]] == [{"n": 1}, {"n": 2}]


def test_a_file_found_damaged_when_it_is_opened_again_takes_no_more_entries(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    journal.append_all([(Kind.ALIVE, {})] * 3, clock.reading())
    with broken_disk(journal), pytest.raises(JournalError):
        journal.append(Kind.ALIVE, {}, clock.reading())
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as disk:
        disk.execute("DROP TRIGGER entry_is_never_changed")
        disk.execute("UPDATE entry SET h = zeroblob(32) WHERE seq = 3")
    for _ in range(2):
        with pytest.raises(JournalDamagedError, match="entry 3 was changed"):
            journal.append(Kind.ALIVE, {}, clock.reading())
    assert len(entries_in(tmp_path)) == 4


def test_an_entry_that_cannot_be_made_leaves_the_connection_as_it_is(
    journal: Journal, clock: HandClock
) -> None:
    connection = journal._connection
    with pytest.raises(JournalError):
        journal.append(Kind.ERR, {"what": float("nan")}, clock.reading())
    assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == 2
    assert journal._connection is connection


def test_the_station_stays_the_only_writer_while_its_disk_is_broken(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    with broken_disk(journal), pytest.raises(JournalError):
        journal.append(Kind.ALIVE, {}, clock.reading())
    with pytest.raises(JournalError, match="another station process"):
        open_journal(tmp_path, clock)


def test_opening_again_ends_no_lock_that_a_reader_of_this_process_holds(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM entry").fetchone()
        held = locks_on(tmp_path / FILE_NAME)
        with broken_disk(journal), pytest.raises(JournalError):
            journal.append(Kind.ALIVE, {}, clock.reading())
        assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == 2
        assert locks_on(tmp_path / FILE_NAME) == held > 0


def locks_on(path: Path) -> int:
    """Count the locks of fcntl(2) on a file, as the kernel knows them."""
    lines = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    return sum(f":{path.stat().st_ino} " in line for line in lines)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, JournalFullError),
        (sqlite3.SQLITE_CORRUPT, JournalDamagedError),
        (sqlite3.SQLITE_CORRUPT_INDEX, JournalDamagedError),
        (sqlite3.SQLITE_NOTADB, JournalDamagedError),
        (sqlite3.SQLITE_IOERR_FSYNC, JournalError),
        (sqlite3.SQLITE_READONLY, JournalError),
        (sqlite3.SQLITE_CANTOPEN, JournalError),
    ],
)
def test_what_sqlite_says_tells_no_room_and_damage_from_a_fault_of_the_disk(
    tmp_path: Path, code: int, kind: type[JournalError]
) -> None:
    error = sqlite3.OperationalError("as SQLite words it")
    error.sqlite_errorcode = code
    assert type(refusal(error, tmp_path / FILE_NAME)) is kind


def test_a_disk_without_room_is_named_even_when_sqlite_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = os.statvfs(tmp_path)
    full = os.statvfs_result((*room[:4], 0, *room[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _path: full)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert type(refusal(error, tmp_path / FILE_NAME)) is JournalFullError


@pytest.mark.invariant(1)
def test_a_connection_to_write_is_durable_or_is_not_given(tmp_path: Path) -> None:
    with closing(connect_to_write(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
