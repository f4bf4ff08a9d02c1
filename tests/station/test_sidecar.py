import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME, Journal, JournalReader, Row
from station.sidecar import MOST_QUEUED, Sidecar, records
from station.sidecar import file as sidecar_file
from station.sidecar.file import SidecarFile, last_of
from station.tap import Kind
from tests.fakes.damage import fill, rows_in

ROWS = [Row(seq, f'[1,"alive",{seq}]'.encode(), bytes([seq]) * 32) for seq in range(1, 9)]


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, and fail after ten seconds."""
    late = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < late
        os.sched_yield()


@contextmanager
def running(sidecar: Sidecar) -> Iterator[threading.Event]:
    """Run the sidecar's thread, and end it as the station does."""
    stop = threading.Event()
    thread = threading.Thread(target=sidecar.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def copied(folder: Path) -> list[Row]:
    return [row for _, row in records(folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sidecar"


def test_rows_are_copied_once_there_are_enough_of_them(folder: Path) -> None:
    sidecar = Sidecar(folder, flush_rows=4, flush_ms=3_600_000)
    with running(sidecar):
        for row in ROWS[:5]:
            sidecar.add(7, [row])
        eventually(lambda: len(copied(folder)) == 4)
    assert list(records(folder)) == [(7, row) for row in ROWS[:5]]


def test_a_few_rows_are_copied_once_they_are_old_enough(folder: Path) -> None:
    sidecar = Sidecar(folder, flush_rows=64, flush_ms=1)
    with running(sidecar):
        sidecar.add(7, ROWS[:2])
        eventually(lambda: copied(folder) == ROWS[:2])


def test_one_flush_serves_many_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushes = list[int]()
    monkeypatch.setattr(os, "fdatasync", flushes.append)
    sidecar = Sidecar(folder, flush_rows=64, flush_ms=3_600_000)
    with running(sidecar):
        for seq in range(1, 129):
            sidecar.add(7, [Row(seq, b"[1]", bytes(32))])
        eventually(lambda: len(copied(folder)) == 128)
    assert len(flushes) == 2


class Alarm(threading.Event):
    """What the sidecar's thread sleeps by: says when it sleeps, and lets it sleep until told."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep, self.over = threading.Event(), threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep, whatever happens elsewhere."""
        assert timeout is not None
        assert timeout <= 0.5
        self.asleep.set()
        assert self.over.wait(10)
        return super().wait(0)


def test_a_commit_does_not_wake_the_thread_that_copies_it(folder: Path) -> None:
    sidecar, alarm = Sidecar(folder, flush_rows=1), Alarm()
    thread = threading.Thread(target=sidecar.run, args=(alarm,), daemon=True)
    thread.start()
    assert alarm.asleep.wait(10)
    sidecar.add(7, ROWS[:1])
    assert copied(folder) == []
    alarm.over.set()
    eventually(lambda: copied(folder) == ROWS[:1])
    alarm.set()
    thread.join(10)
    assert not thread.is_alive()


def test_what_was_journalled_before_is_copied_first_and_every_commit_after(
    folder: Path, tmp_path: Path, journal: Journal, clock: HandClock
) -> None:
    fill(journal, clock, 5, random.Random(1))  # noqa: S311 (the same taps each time)
    sidecar = Sidecar(folder)
    sidecar.begin(JournalReader(tmp_path / FILE_NAME))
    journal.watch(sidecar.add)
    with running(sidecar):
        journal.append_all([(Kind.ALIVE, {})] * 70, clock.reading())
        old = journal.head.epoch
        journal.begin_epoch("clone", clock.reading(), lambda: 4711)
    assert copied(folder) == [*rows_in(tmp_path / FILE_NAME, old), *rows_in(tmp_path / FILE_NAME, 4711)]
    assert last_of(folder) == {old: 76, 4711: 1}


def test_what_was_journalled_before_is_copied_though_nobody_taps(
    folder: Path, tmp_path: Path, journal: Journal, clock: HandClock
) -> None:
    fill(journal, clock, 5, random.Random(1))  # noqa: S311 (the same taps each time)
    sidecar = Sidecar(folder)
    sidecar.begin(JournalReader(tmp_path / FILE_NAME))
    with running(sidecar):
        pass
    assert copied(folder) == rows_in(tmp_path / FILE_NAME, journal.head.epoch)


def test_commits_that_found_the_queue_full_are_fetched_from_the_journal(
    folder: Path, tmp_path: Path, journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.sidecar.copying.MOST_QUEUED", 2)
    assert MOST_QUEUED > 100
    sidecar = Sidecar(folder)
    sidecar.begin(JournalReader(tmp_path / "not yet"))
    journal.watch(sidecar.add)
    fill(journal, clock, 9, random.Random(1))  # noqa: S311 (the same taps each time)
    sidecar.begin(JournalReader(tmp_path / FILE_NAME))
    monkeypatch.setattr(Sidecar, "_catch_up", lambda _self: None)
    with running(sidecar):
        pass
    assert copied(folder) == rows_in(tmp_path / FILE_NAME, journal.head.epoch)


def test_a_journal_that_cannot_be_read_does_not_keep_new_rows_from_being_copied(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no journal " * 1_000)
    sidecar = Sidecar(folder)
    sidecar.begin(JournalReader(tmp_path / FILE_NAME))
    with running(sidecar):
        sidecar.add(7, ROWS[3:5])
    assert copied(folder) == ROWS[3:5]


def test_taps_do_not_feel_a_second_disk_that_fails_and_it_catches_up_when_it_is_back(
    folder: Path, tmp_path: Path, journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.sidecar.copying.RETRY_S", 0.01)
    folder.write_bytes(b"where the folder belongs")
    sidecar = Sidecar(folder, flush_ms=1)
    sidecar.begin(JournalReader(tmp_path / FILE_NAME))
    journal.watch(sidecar.add)
    with running(sidecar):
        for seq in range(2, 12):
            assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == seq
        folder.unlink()
        eventually(lambda: len(copied(folder)) == 11)


def test_taps_do_not_wait_for_a_second_disk_that_hangs(
    folder: Path, journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, released = threading.Event(), threading.Event()

    def hang(_descriptor: int, data: bytes) -> int:
        hanging.set()
        assert released.wait(10)
        return len(data)

    monkeypatch.setattr(os, "write", hang)
    sidecar = Sidecar(folder, flush_rows=1)
    journal.watch(sidecar.add)
    with running(sidecar):
        journal.append(Kind.ALIVE, {}, clock.reading())
        assert hanging.wait(10)
        for _ in range(5):
            journal.append(Kind.ALIVE, {}, clock.reading())
        assert journal.head.seq == 7
        released.set()


def written(folder: Path, rows: list[Row]) -> Path:
    file = SidecarFile(folder, 7)
    file.append(rows)
    file.flush()
    file.close()
    return folder / "7.log"


@pytest.mark.parametrize("lost", [1, 20, 44, 60])
@pytest.mark.invariant(4)
@pytest.mark.fault("P3")
def test_a_record_torn_by_a_power_cut_is_passed_over_and_written_again(folder: Path, lost: int) -> None:
    file = written(folder, ROWS[:4])
    file.write_bytes(file.read_bytes()[:-lost])
    assert copied(folder) == ROWS[:3]
    written(folder, ROWS)
    assert copied(folder) == ROWS


def test_every_flipped_bit_costs_one_record_at_most(folder: Path) -> None:
    file = written(folder, ROWS[:3])
    whole = file.read_bytes()
    for bit in range(0, len(whole) * 8, 7):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        file.write_bytes(changed)
        found = copied(folder)
        assert len(found) == 2
        assert set(found) < set(ROWS)


def test_the_end_of_a_long_file_is_found_without_reading_all_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(folder, [Row(seq, b"[%d]" % seq, bytes(32)) for seq in range(1, 3_001)])
    monkeypatch.setattr(sidecar_file, "_TAIL_BYTES", 4_096)
    assert last_of(folder) == {7: 3_000}
    file.write_bytes(file.read_bytes() + bytes(10_000))
    assert last_of(folder) == {7: 3_000}


def test_other_files_of_the_folder_are_not_read(folder: Path) -> None:
    written(folder, ROWS[:1])
    (folder / "notes.log").write_text("of somebody else", encoding="utf-8")
    assert copied(folder) == ROWS[:1]
    assert list(records(folder / "nowhere")) == []
