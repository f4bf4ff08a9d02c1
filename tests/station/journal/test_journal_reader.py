import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from station.clock import HandClock
from station.errors import JournalDamagedError, JournalError
from station.journal import FILE_NAME, MOST_ROWS, SCHEMA_VERSION, Journal, JournalReader
from station.journal import file as journal_file
from station.tap import Json, Kind
from tests.fakes.station import open_journal
from tests.station.journal import holed_journal


def test_before_the_station_ever_started_there_are_no_epochs(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / FILE_NAME)
    assert reader.epochs() == []
    assert reader.newest() is None
    assert reader.last_boot() is None
    assert list(tmp_path.iterdir()) == []


def test_a_journal_being_made_has_no_epochs_yet(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    assert JournalReader(tmp_path / FILE_NAME).epochs() == []


def test_no_more_than_500_rows_are_taken_at_once(journal: Journal, tmp_path: Path, clock: HandClock) -> None:
    journal.append_all([(Kind.ALIVE, {})] * 600, clock.reading())
    reader = JournalReader(tmp_path / FILE_NAME)
    page = reader.rows(journal.head.epoch, 0, limit=10_000)
    assert len(page) == MOST_ROWS
    assert [row.seq for row in reader.rows(journal.head.epoch, page[-1].seq)] == list(range(501, 602))
    assert [row.seq for row in reader.rows(journal.head.epoch, 3, limit=2)] == [4, 5]


def test_an_epoch_nobody_began_is_named(journal: Journal, tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / FILE_NAME)
    assert reader.rows(journal.head.epoch + 1, 0) == []
    with pytest.raises(JournalError, match="no epoch"):
        reader.head(journal.head.epoch + 1)


def test_the_last_boot_is_found_however_much_followed_it(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    reader = JournalReader(tmp_path / FILE_NAME)
    assert reader.last_boot() is None
    journal.append(Kind.BOOT, {"boot_id": "a", "sw": "0", "clean": True}, clock.reading())
    clock.reboot()
    journal.append(Kind.BOOT, {"boot_id": "b", "sw": "0", "clean": False}, clock.reading())
    journal.append_all([(Kind.ALIVE, {})] * 5, clock.reading())
    assert reader.last_boot() == (2, "b")


def test_a_reader_does_not_keep_the_station_from_writing(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    reader = JournalReader(tmp_path / FILE_NAME)
    for seq in range(2, 20):
        journal.append(Kind.ALIVE, {}, clock.reading())
        assert reader.head(journal.head.epoch).seq == seq


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"attendance " * 1_000)
    with pytest.raises(JournalDamagedError, match="no journal"):
        JournalReader(tmp_path / FILE_NAME).epochs()


def test_a_journal_that_went_away_is_no_damage(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        JournalReader(tmp_path / "elsewhere" / FILE_NAME).head(journal.head.epoch)
    assert not isinstance(caught.value, JournalDamagedError)


ODD_VALUES = ["NULL", "'text'", "CAST(x'ff00fe' AS TEXT)", "4711"]


def odd(folder: Path, column: str, value: str) -> tuple[JournalReader, int]:
    """Make a journal with one value of another kind, as on a page that holds something else."""
    path = folder / "odd.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE entry (epoch, seq, body, h)")
        connection.execute("CREATE TABLE epoch (epoch, genesis, opened_boot, closed_reason)")
        connection.execute("INSERT INTO epoch VALUES (7, x'00', 1, NULL)")
        connection.execute("INSERT INTO entry VALUES (7, 1, x'5b5d', zeroblob(32))")
        connection.execute(f"UPDATE entry SET {column} = {value}")  # noqa: S608 (words of this file)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return JournalReader(path), 7


@pytest.mark.parametrize("value", ODD_VALUES)
@pytest.mark.parametrize("column", ["body", "h"])
def test_a_row_of_anything_but_bytes_is_damage(tmp_path: Path, column: str, value: str) -> None:
    reader, epoch = odd(tmp_path, column, value)
    with pytest.raises(JournalDamagedError, match=f"epoch {epoch}"):
        reader.rows(epoch, 0)
    with pytest.raises(JournalDamagedError, match=f"epoch {epoch}"):
        reader.head(epoch)


def test_a_row_without_a_number_is_damage(tmp_path: Path) -> None:
    reader, epoch = odd(tmp_path, "seq", "'text'")
    with pytest.raises(JournalDamagedError, match=f"epoch {epoch}"):
        reader.rows(epoch, 0)


@pytest.mark.parametrize("value", ["x'5b5d'", "x'ff00fe'", "zeroblob(64)"])
def test_a_newest_row_that_is_no_entry_is_damage(tmp_path: Path, value: str) -> None:
    reader, _ = odd(tmp_path, "body", value)
    with pytest.raises(JournalDamagedError, match="no entry"):
        reader.newest()


@pytest.mark.parametrize("value", ODD_VALUES[:3])
def test_an_epoch_without_a_number_is_damage(tmp_path: Path, value: str) -> None:
    reader, _ = odd(tmp_path, "body", "x'5b5d'")
    with closing(sqlite3.connect(tmp_path / "odd.sqlite")) as connection, connection:
        connection.execute(f"UPDATE epoch SET epoch = {value}")  # noqa: S608 (words of this file)
    with pytest.raises(JournalDamagedError, match="epoch"):
        reader.epochs()


def test_reading_a_closed_journal_changes_not_one_byte_of_it(tmp_path: Path, clock: HandClock) -> None:
    open_journal(tmp_path, clock).close()
    before = (tmp_path / FILE_NAME).read_bytes()
    reader = JournalReader(tmp_path / FILE_NAME)
    assert reader.rows(reader.epochs()[0], 0)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_the_last_boot_may_lie_in_an_epoch_before(journal: Journal, tmp_path: Path, clock: HandClock) -> None:
    journal.append(Kind.BOOT, {"boot_id": "a", "sw": "0", "clean": True}, clock.reading())
    # An epoch with a smaller number than the one it follows is the younger one all the same.
    journal.begin_epoch("fork", clock.reading(), lambda: 3)
    journal.append(Kind.ALIVE, {}, clock.reading())
    assert JournalReader(tmp_path / FILE_NAME).last_boot() == (1, "a")
    clock.reboot()
    journal.append(Kind.BOOT, {"boot_id": "b", "sw": "0", "clean": True}, clock.reading())
    assert JournalReader(tmp_path / FILE_NAME).last_boot() == (2, "b")


def test_an_epoch_that_was_never_salvaged_has_no_holes(journal: Journal, tmp_path: Path) -> None:
    assert JournalReader(tmp_path / FILE_NAME).holes(journal.head.epoch) == []


def test_holes_are_what_salvage_declared_of_that_epoch_ascending_and_apart(tmp_path: Path) -> None:
    holed_journal.write(tmp_path / FILE_NAME, [], [(9, 9), (2, 4), (5, 5), (3, 4)])
    reader = JournalReader(tmp_path / FILE_NAME)
    assert reader.holes(holed_journal.OLD) == [(2, 5), (9, 9)]
    assert reader.holes(holed_journal.YOUNG) == []


def test_however_many_epochs_there_are_holes_are_asked_for_in_one_look(
    journal: Journal, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        journal.begin_epoch("fork", clock.reading(), partial(int, number + 3))
        journal.append_all([(Kind.ALIVE, {})] * 50, clock.reading())
    looks = 0

    def connect(path: Path) -> sqlite3.Connection:
        nonlocal looks
        looks += 1
        return connect_to_read(path)

    connect_to_read = journal_file.connect_to_read
    monkeypatch.setattr(journal_file, "connect_to_read", connect)
    assert JournalReader(tmp_path / FILE_NAME).holes(3) == []
    assert looks == 1


def test_all_that_was_carried_is_found_wherever_it_stands(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    oldest = journal.head.epoch
    for epoch in (oldest, 9, 4):
        if epoch != oldest:
            journal.begin_epoch("fork", clock.reading(), partial(int, epoch))
        for number in range(3):
            items: list[tuple[Kind, Json]] = [(Kind.ALIVE, {}), (Kind.CARRY, {"n": [epoch, number]})]
            journal.append_all(items * 200, clock.reading())
    told = list(JournalReader(tmp_path / FILE_NAME).carried())
    assert told == [
        {"n": [epoch, number]} for epoch in (oldest, 9, 4) for number in range(3) for _ in range(200)
    ]
