from pathlib import Path

import pytest

from station.clock import HandClock
from station.disk import BALLAST, Disk, DiskState
from station.errors import JournalError, JournalFullError
from station.journal import FILE_NAME, Journal
from station.salvage.examine import examine
from station.tap import Kind
from tests.fakes.small_disk import fill_up, mounted, no_writes, remount
from tests.fakes.station import entries_in, open_journal

KIB = 1024


def disk(folder: Path, low: int = 0) -> Disk:
    return Disk(folder, ballast_bytes=512 * KIB, low_bytes=low)


def test_the_ballast_takes_up_real_room(tmp_path: Path) -> None:
    it = disk(tmp_path)
    assert it.state() is DiskState.BALLAST
    it.prepare()
    assert (tmp_path / BALLAST).stat().st_blocks * 512 >= 512 * KIB
    assert it.state() is DiskState.OK


def test_a_ballast_cut_short_is_laid_down_again(tmp_path: Path) -> None:
    (tmp_path / BALLAST).write_bytes(bytes(100))
    it = disk(tmp_path)
    assert it.state() is DiskState.BALLAST
    it.prepare()
    assert it.state() is DiskState.OK


def test_a_disk_with_little_room_is_low(tmp_path: Path) -> None:
    it = disk(tmp_path, low=2**62)
    it.prepare()
    assert it.state() is DiskState.LOW


def test_the_ballast_is_spent_once_and_laid_down_when_there_is_room_again(tmp_path: Path) -> None:
    it = disk(tmp_path)
    it.prepare()
    assert it.make_room()
    assert it.state() is DiskState.BALLAST
    assert not it.make_room()
    assert it.state() is DiskState.REFUSE
    it.mend()
    assert it.state() is DiskState.OK


def test_while_room_is_short_no_ballast_is_laid_down(tmp_path: Path) -> None:
    it = disk(tmp_path, low=2**62)
    it.mend()
    assert it.state() is DiskState.BALLAST


def test_a_disk_that_is_gone_is_no_error(tmp_path: Path) -> None:
    it = disk(tmp_path / "gone")
    it.prepare()
    assert not it.make_room()
    it.mend()
    assert it.state() is DiskState.REFUSE


def test_a_ballast_that_cannot_be_laid_down_is_no_error_and_leaves_nothing(tmp_path: Path) -> None:
    it = disk(tmp_path)
    with no_writes():
        it.prepare()
    assert not (tmp_path / BALLAST).exists()


def first_refused(journal: Journal, clock: HandClock) -> int:
    """Append until the disk is full, and return the sequence number that was refused for it."""
    for seq in range(journal.head.seq + 1, 10_000):
        try:
            journal.append(Kind.ERR, {"what": "x" * 200}, clock.reading())
        except JournalFullError:
            return seq
    pytest.fail("a small disk never got full")


@pytest.mark.root
@pytest.mark.invariant(4, 5)
@pytest.mark.fault("D1")
def test_on_a_full_disk_the_ballast_makes_room_for_the_same_tap_and_many_more(
    tmp_path: Path, clock: HandClock
) -> None:
    with mounted(tmp_path / "card", "4m") as card:
        it = disk(card)
        it.prepare()
        journal = open_journal(card, clock)
        fill_up(card)
        stored = first_refused(journal, clock)
        assert it.make_room()
        assert it.state() is DiskState.BALLAST
        for seq in range(stored, stored + 199):
            assert journal.append(Kind.ERR, {"what": "x" * 200}, clock.reading()).seq == seq
        journal.close()
        assert len(entries_in(card)) == stored + 198
        assert examine(card / FILE_NAME).problems == ()
        assert not it.make_room()
        (card / "film.mp4").unlink()
        it.mend()
        assert it.state() is DiskState.OK


@pytest.mark.root
@pytest.mark.invariant(4)
@pytest.mark.fault("D2")
def test_a_journal_goes_on_when_its_disk_may_be_written_again(tmp_path: Path, clock: HandClock) -> None:
    with mounted(tmp_path / "card", "4m") as card:
        journal = open_journal(card, clock)
        # No file may be open to be written while somebody remounts the disk. A fault makes the journal
        # let go of its own; the lock is all that is left.
        with no_writes(), pytest.raises(JournalError):
            journal.append(Kind.ALIVE, {}, clock.reading())
        journal._unlock()
        remount(card, "ro")
        with pytest.raises(JournalError):
            journal.append(Kind.ALIVE, {}, clock.reading())
        remount(card, "rw")
        assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == 2
        journal.close()
        assert len(entries_in(card)) == 2


@pytest.mark.invariant(4)
@pytest.mark.fault("D2")
def test_a_disk_that_refuses_every_write_gives_an_error_and_the_next_tap_is_stored(
    tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal(tmp_path, clock)
    for seq in (2, 3):
        with no_writes(), pytest.raises(JournalError):
            journal.append(Kind.ALIVE, {}, clock.reading())
        assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == seq
    journal.close()
    assert len(entries_in(tmp_path)) == 3
