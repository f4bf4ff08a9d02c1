import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from station.clock import HandClock
from station.errors import JournalDamagedError, JournalError
from station.journal import FILE_NAME, Identity, Journal
from station.journal.file import TAIL_ROWS, salvaged_beside
from station.tap import Kind
from tests.fakes.station import IDENTITY, open_journal


def tamper(folder: Path, *statements: str) -> None:
    """Change the file behind the station's back, as somebody with a database tool would."""
    connection = sqlite3.connect(folder / FILE_NAME)
    for trigger in ("entry_is_never_changed", "entry_is_never_deleted"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "UPDATE entry SET body = CAST(REPLACE(body, 'alive', 'olive') AS BLOB) WHERE seq = 3",
            "entry 3 was changed",
        ),
        ("UPDATE entry SET h = zeroblob(32) WHERE seq = 2", "entry 2 was changed"),
        ("DELETE FROM entry WHERE seq = 2", "entries are missing"),
        ("DELETE FROM entry WHERE seq = 1", "entries are missing"),
        ("DELETE FROM entry", "holds no entry"),
    ],
)
@pytest.mark.invariant(3, 30)
@pytest.mark.fault("D3")
def test_damage_is_named_and_nothing_is_appended_to_it(
    tmp_path: Path, clock: HandClock, statement: str, says: str
) -> None:
    journal = open_journal(tmp_path, clock)
    for _ in range(3):
        journal.append(Kind.ALIVE, {}, clock.reading())
    journal.close()
    tamper(tmp_path, statement)
    with pytest.raises(JournalError, match=says) as caught:
        open_journal(tmp_path, clock)
    assert caught.value.exit_code == 69


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_a_file_that_is_no_database_is_not_written_over(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"attendance " * 1_000)
    with pytest.raises(JournalError, match="no journal"):
        open_journal(tmp_path, clock)
    assert (tmp_path / FILE_NAME).read_bytes() == b"attendance " * 1_000


def test_a_salvage_that_is_not_over_keeps_the_journal_closed(tmp_path: Path, clock: HandClock) -> None:
    journal = open_journal(tmp_path, clock)
    ready = salvaged_beside(tmp_path / FILE_NAME)
    ready.write_bytes(b"a new journal")
    journal.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    for is_there in (True, False):
        with pytest.raises(JournalDamagedError, match="salvage"):
            open_journal(tmp_path, clock)
        assert (tmp_path / FILE_NAME).exists() is is_there
        assert not is_there or (tmp_path / FILE_NAME).read_bytes() == before
        (tmp_path / FILE_NAME).unlink(missing_ok=True)
    # Whoever was refused holds no lock.
    ready.unlink()
    open_journal(tmp_path, clock).close()


@pytest.mark.invariant(4, 6)
@pytest.mark.fault("E2")
def test_a_schema_of_newer_software_is_left_alone(tmp_path: Path, clock: HandClock) -> None:
    open_journal(tmp_path, clock).close()
    tamper(tmp_path, "PRAGMA user_version = 7")
    with pytest.raises(JournalError, match="schema 7 is not known"):
        open_journal(tmp_path, clock)


@pytest.mark.parametrize("other", [replace(IDENTITY, station="st-r102"), replace(IDENTITY, school="5")])
def test_a_journal_of_another_station_or_school_is_not_gone_on_with(
    tmp_path: Path, clock: HandClock, other: Identity
) -> None:
    open_journal(tmp_path, clock).close()
    with pytest.raises(JournalError, match="this journal is of"):
        Journal.open(tmp_path / FILE_NAME, other, clock.reading(), lambda: 5)


def test_a_folder_that_is_missing_is_named(tmp_path: Path, clock: HandClock) -> None:
    with pytest.raises(JournalError, match="state_dir"):
        open_journal(tmp_path / "nowhere", clock)


def test_a_failed_open_lets_the_next_one_in(tmp_path: Path, clock: HandClock) -> None:
    open_journal(tmp_path, clock).close()
    with pytest.raises(JournalError):
        Journal.open(tmp_path / FILE_NAME, replace(IDENTITY, school="5"), clock.reading(), lambda: 5)
    open_journal(tmp_path, clock).close()


def test_only_the_newest_rows_are_verified_at_an_open(tmp_path: Path) -> None:
    clock = HandClock()
    journal = open_journal(tmp_path, clock)
    journal.append_all([(Kind.ALIVE, {})] * (TAIL_ROWS + 10), clock.reading())
    journal.close()
    tamper(tmp_path, "UPDATE entry SET body = x'00' WHERE seq = 5")
    open_journal(tmp_path, clock).close()
    connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    connection.execute("UPDATE entry SET body = x'00' WHERE seq = ?", (TAIL_ROWS,))
    connection.close()
    with pytest.raises(JournalError, match=f"entry {TAIL_ROWS} was changed"):
        open_journal(tmp_path, clock)
