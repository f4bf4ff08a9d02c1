import random
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME, Journal
from station.salvage.remains.wal import FRAME_HEAD_BYTES, HEAD_BYTES, wal_of
from station.salvage.shortfall import shortfall
from station.tap import Kind
from tests.fakes.damage import PAGE, copy_of, fill
from tests.fakes.station import IDENTITY, open_journal

OWNER = (IDENTITY.station, IDENTITY.school)
FRAME = FRAME_HEAD_BYTES + PAGE


def cut(folder: Path, to: Path, journal: Journal) -> Path:
    """Copy the journal as a power cut leaves it, without the room reserved in the write-ahead file."""
    path = copy_of(folder, to)
    journal.close()
    wal_of(path).write_bytes(wal_of(path).read_bytes().rstrip(b"\0"))
    return path


@pytest.fixture
def stopped(tmp_path: Path, clock: HandClock) -> Path:
    (tmp_path / "live").mkdir()
    journal = open_journal(tmp_path / "live", clock)
    fill(journal, clock, 31, random.Random(3))  # noqa: S311 (the same taps each time)
    return cut(tmp_path / "live", tmp_path / "cut", journal)


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_damage_to_any_frame_but_those_of_the_newest_entry_hides_rows_for_certain(
    stopped: Path, tmp_path: Path
) -> None:
    frames = wal_of(stopped).read_bytes()
    commits = [at for at in range(HEAD_BYTES, len(frames), FRAME) if any(frames[at + 4 : at + 8])]
    assert len(commits) > 30
    for at in range(HEAD_BYTES, len(frames), FRAME):
        start = at + FRAME_HEAD_BYTES
        wal_of(stopped).write_bytes(frames[:start] + bytes(PAGE) + frames[start + PAGE :])
        # Before the last commit but one: a power cut in the last one leaves the same as damage to it.
        if at <= commits[-3]:
            assert "write-ahead file is damaged" in str(shortfall(stopped, tmp_path / "no", OWNER)), at
        if at > commits[-2]:
            assert shortfall(stopped, tmp_path / "no", OWNER) is None


def test_a_sound_journal_lacks_nothing(stopped: Path, tmp_path: Path) -> None:
    assert shortfall(stopped, tmp_path / "no", OWNER) is None


def test_one_long_transaction_cut_off_is_no_shortfall(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "live").mkdir()
    journal = open_journal(tmp_path / "live", clock)
    clock.advance(1_000)
    journal.append_all([(Kind.ERR, {"what": "x" * 100})] * 40, clock.reading())
    path = cut(tmp_path / "live", tmp_path / "cut", journal)
    frames = wal_of(path).read_bytes()
    wal_of(path).write_bytes(frames[:-200])
    assert shortfall(path, tmp_path / "no", OWNER) is None


@pytest.mark.invariant(4)
@pytest.mark.fault("D5")
def test_a_file_that_vanished_from_beside_its_write_ahead_file_is_noticed(
    stopped: Path, tmp_path: Path
) -> None:
    stopped.unlink()
    assert "the file is gone" in str(shortfall(stopped, tmp_path / "no", OWNER))


def test_a_new_station_lacks_nothing(tmp_path: Path) -> None:
    assert shortfall(tmp_path / FILE_NAME, tmp_path / "no", OWNER) is None


def test_a_file_sqlite_cannot_read_is_left_to_whoever_opens_it(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no journal " * 1_000)
    assert shortfall(tmp_path / FILE_NAME, tmp_path / "no", OWNER) is None
