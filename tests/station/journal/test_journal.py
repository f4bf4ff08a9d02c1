import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station import chain
from station.clock import HandClock
from station.errors import JournalBusyError, JournalError, JournalFullError
from station.journal import FILE_NAME, Journal, JournalReader
from station.tap import Json, Kind, Reading, decode
from tests.fakes.station import broken_disk, entries_in, open_journal


def test_a_new_journal_begins_with_its_genesis(journal: Journal, tmp_path: Path) -> None:
    (genesis,) = entries_in(tmp_path)
    assert genesis.kind == Kind.GENESIS
    assert genesis.payload == {
        "station": "st-r101",
        "school": "34000000123456",
        "reason": "first",
        "prev_epoch": None,
        "prev_head": None,
        "sw": "0.1.0",
    }
    assert journal.head.seq == 1
    assert 0 < journal.head.epoch < 2**63


def test_two_journals_have_two_epochs(tmp_path: Path, clock: HandClock) -> None:
    heads = []
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        journal = open_journal(tmp_path / str(seed), clock, seed)
        heads.append(journal.head.epoch)
        journal.close()
    assert heads[0] != heads[1]


@pytest.mark.invariant(1)
def test_every_open_asks_sqlite_for_one_flush_per_commit(journal: Journal) -> None:
    assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.invariant(1)
def test_a_file_that_cannot_be_made_durable_is_refused(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A database that somebody holds in rollback mode cannot be turned to write-ahead logging.
    monkeypatch.setattr("station.journal.file._BUSY_S", 0.01)
    holder = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("CREATE TABLE held (id INT)")
    with pytest.raises(JournalError):
        open_journal(tmp_path, clock)
    holder.close()


@pytest.mark.invariant(3)
def test_the_sequence_goes_on_after_the_journal_is_opened_again(tmp_path: Path, clock: HandClock) -> None:
    first = open_journal(tmp_path, clock)
    head = first.append(Kind.ALIVE, {"readers": {}}, clock.reading())
    first.close()
    second = open_journal(tmp_path, clock, seed=99)
    assert second.head == head
    assert second.append(Kind.ALIVE, {"readers": {}}, clock.reading()).seq == head.seq + 1
    second.close()


def test_the_head_is_what_a_reader_finds_in_the_file(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    head = journal.append_all([(Kind.GAP, {"lost": 1}), (Kind.ALIVE, {})], clock.reading())
    reader = JournalReader(tmp_path / FILE_NAME)
    rows = reader.rows(head.epoch, 0)
    assert [row.seq for row in rows] == [1, 2, 3]
    assert chain.verify(chain.START, [(row.body, row.h) for row in rows]) == head.h
    assert reader.head(head.epoch) == head
    assert journal.newest == decode(rows[-1].body)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = x'00' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 1",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry",
        "INSERT OR REPLACE INTO epoch SELECT * FROM epoch",
        "DELETE FROM epoch",
        "UPDATE epoch SET genesis = x'00'",
        "UPDATE epoch SET epoch = 5",
    ],
)
@pytest.mark.invariant(2, 4)
def test_nothing_stored_can_be_changed_or_taken_out(journal: Journal, statement: str) -> None:
    before = journal._connection.execute("SELECT * FROM entry").fetchall()
    with pytest.raises(sqlite3.IntegrityError):
        journal._connection.execute(statement)
    assert journal._connection.execute("SELECT * FROM entry").fetchall() == before


@pytest.mark.invariant(2)
def test_an_epoch_is_closed_once_and_stays_closed(journal: Journal) -> None:
    journal._connection.execute("UPDATE epoch SET closed_reason = 'fork'")
    with pytest.raises(sqlite3.IntegrityError):
        journal._connection.execute("UPDATE epoch SET closed_reason = NULL")


def test_a_second_station_process_is_kept_out(journal: Journal, tmp_path: Path, clock: HandClock) -> None:
    with pytest.raises(JournalBusyError, match="another station process") as caught:
        open_journal(tmp_path, clock)
    assert caught.value.exit_code == 75
    assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == 2


def test_a_failed_append_appends_nothing_and_the_next_one_works(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    with broken_disk(journal), pytest.raises(JournalError):
        journal.append_all([(Kind.ALIVE, {}), (Kind.ALIVE, {})], clock.reading())
    assert len(entries_in(tmp_path)) == 1
    assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == 2


@pytest.mark.invariant(3)
@pytest.mark.fault("D1")
def test_a_full_disk_fails_cleanly_and_space_found_again_is_used(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalFullError, match="full"):
        journal.append(Kind.ERR, {"what": "x" * 100_000}, clock.reading())
    assert journal.append(Kind.ERR, {"what": "x" * 100_000}, clock.reading()).seq == 2
    assert [entry.kind for entry in entries_in(tmp_path)] == [Kind.GENESIS, Kind.ERR]


def test_a_payload_that_is_not_json_is_a_failed_append(journal: Journal, clock: HandClock) -> None:
    with pytest.raises(JournalError):
        journal.append(Kind.ERR, {"what": float("nan")}, clock.reading())
    assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == 2


@pytest.mark.invariant(27)
def test_a_moved_wall_clock_leaves_a_step_entry_before_the_tap(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    clock.advance(10_000)
    expected = clock.wall_ms
    clock.set_wall(expected + 7_200_000)
    journal.append(Kind.TAP, [None, None, "nfc", {}, None], clock.reading())
    kinds = [entry.kind for entry in entries_in(tmp_path)]
    assert kinds == [Kind.GENESIS, Kind.STEP, Kind.TAP]
    assert entries_in(tmp_path)[1].payload == {"from_ms": expected, "to_ms": expected + 7_200_000}


@pytest.mark.parametrize(
    ("passed_ms", "moved_ms", "is_step"),
    [
        (0, 500, False),
        (0, -500, False),
        (0, 501, True),
        (0, -501, True),
        (1_000_000, 1_100, False),
        (1_000_000, 1_101, True),
        (1_000_000, -1_101, True),
    ],
)
def test_a_step_is_more_than_half_a_second_and_600_ppm(
    journal: Journal, clock: HandClock, passed_ms: int, moved_ms: int, *, is_step: bool
) -> None:
    clock.advance(passed_ms)
    clock.set_wall(clock.wall_ms + moved_ms)
    assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == (3 if is_step else 2)


def test_a_new_boot_is_no_step_whatever_the_wall_clock_says(journal: Journal, clock: HandClock) -> None:
    clock.reboot()
    clock.set_wall(5)
    assert journal.append(Kind.BOOT, {}, clock.reading()).seq == 2


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 10_000)), max_size=12))
@pytest.mark.invariant(3)
def test_whatever_fails_in_between_the_sequence_has_no_gap(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, int]]
) -> None:
    folder, clock = tmp_path_factory.mktemp("journal"), HandClock()
    journal = open_journal(folder, clock)
    stored = 1
    for count, breaks, moved_ms in steps:
        clock.advance(moved_ms)
        items: list[tuple[Kind, Json]] = [(Kind.ALIVE, {"readers": {}})] * count
        if breaks:
            with broken_disk(journal):
                try:
                    journal.append_all(items, clock.reading())
                except JournalError:
                    assert count
        else:
            stored += count
            assert journal.append_all(items, clock.reading()).seq == stored
    rows = JournalReader(folder / FILE_NAME).rows(journal.head.epoch, 0)
    assert [row.seq for row in rows] == list(range(1, stored + 1))
    assert chain.verify(chain.START, [(row.body, row.h) for row in rows]) == journal.head.h
    journal.close()


def test_the_journals_files_are_for_its_owner_alone(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    journal.append(Kind.ALIVE, {}, clock.reading())
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert "journal.sqlite-wal" in modes


def test_closing_twice_does_no_harm(tmp_path: Path, clock: HandClock) -> None:
    journal = open_journal(tmp_path, clock)
    journal.close()
    journal.close()


def test_a_reading_is_kept_as_it_was(journal: Journal, tmp_path: Path) -> None:
    reading = Reading(boot=1, raw_ms=7, bt_ms=8, wall_ms=9, sync_state=0, max_error_ms=16_000)
    journal.append(Kind.ALIVE, {}, reading)
    assert entries_in(tmp_path)[-1].reading == reading
