import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from station import chain
from station.clock import HandClock
from station.errors import JournalDamagedError, JournalError
from station.journal import CARRIED_ROWS, FILE_NAME, SCHEMA_VERSION, Journal, JournalReader
from station.journal import file as journal_file
from station.journal.file import TAIL_ROWS, WAL_BYTES
from station.tap import Json, Kind
from tests.fakes.station import IDENTITY, entries_in, open_journal
from tests.station.journal.holed_journal import OLD, chained, write_first_release

TAP: tuple[Kind, Json] = Kind.TAP, [None, None, "nfc", {}, None]
PAGE = 1024


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Look into the journal's file as somebody with a database tool would."""
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        yield connection


def test_a_new_journal_has_small_pages_and_one_tree_of_entries(journal: Journal, tmp_path: Path) -> None:
    with reading(tmp_path) as file:
        assert file.execute("PRAGMA page_size").fetchone() == (PAGE,)
        assert file.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            file.execute("SELECT rowid FROM entry")
    assert journal.head.seq == 1


@pytest.mark.invariant(4, 6)
@pytest.mark.fault("E2")
def test_a_journal_of_the_first_release_is_read_and_gone_on_with(tmp_path: Path, clock: HandClock) -> None:
    genesis: Json = {"station": IDENTITY.station, "school": IDENTITY.school, "reason": "first"}
    write_first_release(tmp_path / FILE_NAME, (Kind.GENESIS, genesis), (Kind.SHUTDOWN, {}))
    journal = open_journal(tmp_path, clock)
    assert (journal.head.epoch, journal.head.seq, journal.was_clean) == (OLD, 2, True)
    journal.append_all([TAP] * (CARRIED_ROWS + 1), clock.reading())
    journal.append(Kind.ALIVE, {}, clock.reading())
    last = journal.begin_epoch("fork", clock.reading())
    journal.close()
    again = open_journal(tmp_path, clock)
    assert again.head == last
    again.close()
    reader = JournalReader(tmp_path / FILE_NAME)
    assert reader.epochs() == [OLD, last.epoch]
    rows = reader.rows(OLD, 0)
    assert chain.verify(chain.START, [(row.body, row.h) for row in rows]) == reader.head(OLD).h
    with reading(tmp_path) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_file_built_beside_is_opened_as_a_journal(tmp_path: Path, clock: HandClock) -> None:
    said = {"station": IDENTITY.station, "school": IDENTITY.school, "reason": "salvage"}
    rows = chained((Kind.GENESIS, said), TAP, TAP)
    connection = journal_file.create(tmp_path / FILE_NAME)
    with journal_file.transaction(connection):
        journal_file.add_epoch(connection, 4, rows[0].h, 1, None)
        journal_file.insert(connection, 4, rows)
    connection.close()
    journal = open_journal(tmp_path, clock)
    assert (journal.head.epoch, journal.head.seq) == (4, 3)
    journal.close()


def test_no_journal_is_made_where_there_is_one(tmp_path: Path, clock: HandClock) -> None:
    open_journal(tmp_path, clock).close()
    with pytest.raises(JournalError, match="already exists"):
        journal_file.create(tmp_path / FILE_NAME)
    assert [entry.kind for entry in entries_in(tmp_path)] == [Kind.GENESIS]


@pytest.mark.invariant(6)
def test_a_file_built_beside_is_all_or_nothing(tmp_path: Path) -> None:
    rows = chained((Kind.GENESIS, {}), TAP)
    connection = journal_file.create(tmp_path / FILE_NAME)
    with pytest.raises(sqlite3.IntegrityError), journal_file.transaction(connection):
        journal_file.insert(connection, 4, [*rows, rows[0]])
    assert connection.execute("SELECT COUNT(*) FROM entry").fetchone() == (0,)
    connection.close()


def test_the_write_ahead_log_keeps_its_size_whatever_is_written(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    log = tmp_path / f"{FILE_NAME}-wal"
    assert log.stat().st_size == WAL_BYTES
    blocks = log.stat().st_blocks
    for _ in range(700):
        journal.append(*TAP, clock.reading())
    assert (log.stat().st_size, log.stat().st_blocks) == (WAL_BYTES, blocks)


def test_a_write_ahead_log_that_a_reader_made_grow_shrinks_again(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    log = tmp_path / f"{FILE_NAME}-wal"
    with reading(tmp_path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM entry").fetchone()
        for _ in range(12):
            journal.append(Kind.ERR, {"what": "x" * 200_000}, clock.reading())
        assert log.stat().st_size > 2 * WAL_BYTES
    for _ in range(3):
        journal.append_all([TAP] * CARRIED_ROWS, clock.reading())
        journal.append(Kind.ALIVE, {}, clock.reading())
    assert log.stat().st_size == WAL_BYTES


def test_a_sign_of_life_carries_the_log_into_the_file_and_a_tap_never_does(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    empty = (tmp_path / FILE_NAME).stat().st_size
    for _ in range(CARRIED_ROWS + 20):
        journal.append(*TAP, clock.reading())
    assert (tmp_path / FILE_NAME).stat().st_size == empty
    journal.append(Kind.ALIVE, {}, clock.reading())
    assert (tmp_path / FILE_NAME).stat().st_size > empty + CARRIED_ROWS * 100


def test_a_log_that_cannot_be_carried_costs_no_entry(
    journal: Journal, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_connection: sqlite3.Connection) -> None:
        msg = "disk I/O error"
        raise sqlite3.OperationalError(msg)

    journal.append_all([TAP] * CARRIED_ROWS, clock.reading())
    with monkeypatch.context() as patch:
        patch.setattr(journal_file, "checkpoint", fail)
        assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == CARRIED_ROWS + 2
    assert journal.append(*TAP, clock.reading()).seq == CARRIED_ROWS + 3
    assert len(entries_in(tmp_path)) == CARRIED_ROWS + 3


def test_a_file_that_lost_its_schemas_number_is_not_begun_anew(tmp_path: Path, clock: HandClock) -> None:
    open_journal(tmp_path, clock).close()
    with reading(tmp_path) as file:
        file.execute("PRAGMA user_version = 0")
    with pytest.raises(JournalDamagedError, match="lost its schema version"):
        open_journal(tmp_path, clock)


@pytest.mark.parametrize(
    ("kinds", "was_clean"),
    [
        ([], True),
        ([Kind.SHUTDOWN], True),
        ([Kind.TAP], False),
        ([Kind.SHUTDOWN, Kind.BOOT], False),
        ([Kind.TAP, Kind.SHUTDOWN], True),
    ],
)
def test_a_journal_knows_whether_the_process_before_came_to_its_end(
    tmp_path: Path, clock: HandClock, kinds: list[Kind], *, was_clean: bool
) -> None:
    journal = open_journal(tmp_path, clock)
    assert journal.was_clean
    for kind in kinds:
        journal.append(kind, {}, clock.reading())
    journal.close()
    again = open_journal(tmp_path, clock)
    assert again.was_clean is was_clean
    again.close()


@pytest.mark.parametrize(("last", "is_found"), [(Kind.SHUTDOWN, False), (Kind.ALIVE, True)])
def test_after_a_power_cut_every_page_is_looked_at_and_after_a_clean_end_the_newest_entries(
    tmp_path: Path, clock: HandClock, last: Kind, *, is_found: bool
) -> None:
    journal = open_journal(tmp_path, clock)
    journal.append_all([TAP] * (TAIL_ROWS + 1_000), clock.reading())
    journal.append(last, {}, clock.reading())
    journal.close()
    data = bytearray((tmp_path / FILE_NAME).read_bytes())
    # A page of entries far before the newest ones: entry 100 and its neighbours.
    with reading(tmp_path) as file:
        (body,) = file.execute("SELECT h FROM entry WHERE seq = 100").fetchone()
    page = data.index(body) // PAGE * PAGE
    data[page : page + PAGE] = bytes(PAGE)
    (tmp_path / FILE_NAME).write_bytes(data)
    if is_found:
        with pytest.raises(JournalDamagedError):
            open_journal(tmp_path, clock)
    else:
        open_journal(tmp_path, clock).close()


def test_an_epoch_whose_first_entry_is_gone_is_damaged(tmp_path: Path, clock: HandClock) -> None:
    journal = open_journal(tmp_path, clock)
    journal.append_all([TAP] * (TAIL_ROWS + 1), clock.reading())
    journal.append(Kind.SHUTDOWN, {}, clock.reading())
    journal.close()
    with reading(tmp_path) as file:
        file.execute("DROP TRIGGER entry_is_never_deleted")
        file.execute("DELETE FROM entry WHERE seq = 1")
    with pytest.raises(JournalDamagedError, match="first entry is missing"):
        open_journal(tmp_path, clock)
