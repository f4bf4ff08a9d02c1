import resource
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station.clock import HandClock
from station.config import read
from station.disk import BALLAST
from station.errors import JournalFullError
from station.journal import FILE_NAME, JournalReader
from station.journal.file import TAIL_ROWS
from station.opening import salvage_journal
from station.tap import Kind, decode
from tests.fakes.small_disk import fill_up, mounted
from tests.fakes.station import entries_in, open_journal
from tests.fakes.station_process import Room, wait_for

pytestmark = pytest.mark.journey

ANA = "0a1b2c3d4e"
BEN = "0a1b2c3d4f"
CARA = "0a1b2c3d50"
DAN = "0a1b2c3d51"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_a_damaged_journal_is_salvaged_and_gone_on_with_and_the_sidecar_knows_the_tap(room: Room) -> None:
    room.start()
    room.tap(ANA)
    room.stop(signal.SIGTERM)
    room.tamper(4)
    room.start()
    assert room.signs()[-1]["sign"] == "NOT_RECORDED"
    assert room.tap(BEN)["sign"] == "WELCOME"
    assert "info" in room.stop(signal.SIGTERM)[1]
    old, new = JournalReader(room.state / FILE_NAME).epochs()
    rows = JournalReader(room.state / FILE_NAME).rows(old, 0)
    assert [decode(row.body).kind for row in rows] == ["genesis", "boot", "alive", "tap", "shutdown"]
    assert "skanner" not in str(rows)
    kinds = [decode(row.body).kind for row in JournalReader(room.state / FILE_NAME).rows(new, 0)]
    assert kinds == ["genesis", "salvage", "boot", "alive", "tap", "shutdown"]
    assert list(room.state.glob("journal.sqlite.damaged-*"))
    checked = room.ask("check")
    assert checked.returncode == 0
    assert f"epoch {old} (first): 5 entries, the chain holds" in checked.stdout
    assert f"epoch {new} (salvage): 6 entries" in checked.stdout
    assert "put aside by a salvage" in checked.stdout


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_a_journal_of_which_nothing_is_left_is_put_aside_and_another_begun(room: Room) -> None:
    room.state.mkdir()
    (room.state / FILE_NAME).write_bytes(b"attendance " * 1_000)
    checked = room.ask("check")
    assert checked.returncode == 1
    assert "file is not a database" in checked.stdout
    room.start()
    assert [sign["sign"] for sign in room.signs()] == ["NOT_RECORDED"]
    assert room.tap(ANA)["sign"] == "WELCOME"
    (aside,) = room.state.glob("journal.sqlite.damaged-*")
    assert aside.read_bytes() == b"attendance " * 1_000


@pytest.mark.invariant(4)
@pytest.mark.fault("P4")
def test_a_station_whose_very_first_start_was_cut_off_begins_all_the_same(room: Room) -> None:
    room.state.mkdir()
    begun = room.folder / "begun"
    with closing(sqlite3.connect(begun, isolation_level=None)) as db:
        # So little memory that SQLite writes before the commit that never comes.
        for command in ("PRAGMA cache_size = 1", "BEGIN", "CREATE TABLE half (bytes)"):
            db.execute(command)
        db.execute("INSERT INTO half VALUES (zeroblob(100000))")
        for suffix in ("", "-journal"):
            shutil.copy(f"{begun}{suffix}", room.state / f"{FILE_NAME}{suffix}")
    room.start()
    assert room.tap(ANA)["sign"] == "WELCOME"
    assert [sign["sign"] for sign in room.signs()] == ["WELCOME"]
    assert room.stop(signal.SIGTERM)[0] == 0


def test_a_person_may_salvage_a_journal_while_the_station_is_stopped(room: Room) -> None:
    room.start()
    running = room.ask("salvage")
    assert running.returncode == 0
    assert "there is nothing to salvage" in running.stdout
    room.tap(ANA)
    room.stop(signal.SIGTERM)
    room.tamper(4)
    assert "epoch" in room.ask("salvage").stdout
    assert "there is nothing to salvage" in room.ask("salvage").stdout


@pytest.mark.parametrize("ballast_bytes", [1_500_000, 0])
@pytest.mark.invariant(4)
@pytest.mark.fault("D1")
def test_a_salvage_that_finds_no_room_takes_the_ballasts(room: Room, ballast_bytes: int) -> None:
    with mounted(room.state, "4m") as state:
        journal = open_journal(state, HandClock())
        journal.append_all([(Kind.ERR, {"what": "scanner"})] * 200, HandClock().reading())
        journal.close()
        room.tamper(10)
        ballast = state / BALLAST
        if ballast_bytes:
            ballast.write_bytes(bytes(ballast_bytes))
        fill_up(state)
        if not ballast_bytes:
            with pytest.raises(JournalFullError):
                salvage_journal(read(room.config), "")
            return
        salvage_journal(read(room.config), "")
        assert not ballast.exists()
        assert len(JournalReader(state / FILE_NAME).epochs()) == 2


def test_a_newest_entry_that_is_no_entry_any_more_is_salvaged(room: Room) -> None:
    room.state.mkdir()
    journal = open_journal(room.state, HandClock())
    journal.append(Kind.ERR, {"what": "a scanner"}, HandClock().reading())
    journal.close()
    whole = (room.state / FILE_NAME).read_bytes()
    (room.state / FILE_NAME).write_bytes(whole.replace(b'"a scanner"', b'"a scanner\xff'))
    room.start()
    assert room.tap(ANA)["sign"] == "WELCOME"
    assert len(JournalReader(room.state / FILE_NAME).epochs()) == 2


@pytest.mark.invariant(5)
@pytest.mark.fault("D2")
def test_a_disk_that_is_away_is_waited_for_and_who_tapped_meanwhile_is_counted(room: Room) -> None:
    # A file stands where the folder belongs, as when the disk under it is not mounted.
    room.state.touch()
    room.begin()
    room.read_log("reader.up")
    assert [sign["sign"] for sign in room.signs()] == ["NOT_RECORDED"]
    assert room.tap(ANA)["sign"] == "NOT_RECORDED"
    room.state.unlink()
    wait_for(lambda: room.is_ready, "the station being ready")
    assert room.tap(ANA)["sign"] == "WELCOME"
    gaps = [entry.payload for entry in entries_in(room.state) if entry.kind == Kind.GAP]
    assert gaps == [{"lost": 1, "reason": "NotADirectoryError"}]


@pytest.mark.invariant(5)
@pytest.mark.fault("D2")
def test_a_disk_that_turns_read_only_is_survived_and_told_in_the_end(room: Room) -> None:
    room.start()
    assert room.tap(ANA)["sign"] == "WELCOME"
    assert room.process is not None
    # Of every file the write-ahead log alone is longer than this.
    resource.prlimit(room.process.pid, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
    assert room.tap(BEN)["sign"] == "NOT_RECORDED"
    assert room.tap(CARA)["sign"] == "NOT_RECORDED"
    resource.prlimit(room.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    assert room.tap(DAN)["sign"] == "WELCOME"
    assert [entry.kind for entry in entries_in(room.state)][-2:] == ["gap", "tap"]
    assert entries_in(room.state)[-2].payload == {"lost": 2, "reason": "SQLITE_IOERR_WRITE"}


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_a_journal_found_damaged_at_work_is_salvaged_without_a_visit(room: Room) -> None:
    # What the start does not look at: an entry older than those whose chain it verifies.
    room.state.mkdir()
    journal = open_journal(room.state, HandClock())
    journal.append_all([(Kind.ERR, {"what": "scanner"})] * (TAIL_ROWS + 100), HandClock().reading())
    journal.close()
    room.tamper(10)
    room.start()
    wait_for(lambda: len(JournalReader(room.state / FILE_NAME).epochs()) == 2, "a new epoch")
    wait_for(lambda: room.is_ready, "the station being ready")
    assert room.tap(BEN)["sign"] == "WELCOME"
