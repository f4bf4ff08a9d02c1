import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station.clock import HandClock
from station.errors import JournalBusyError, JournalDamagedError
from station.journal import FILE_NAME
from station.salvage import is_due
from station.salvage.examine import examine
from station.salvage.remains.wal import wal_of
from tests.fakes.damage import KINDS, PAGE, Term, copy_of, fill, flipped, rows_in
from tests.fakes.salvage import copied, numbers, rows_in_order, salvaged
from tests.fakes.station import IDENTITY, open_journal


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Term:
    return Term(tmp_path_factory.mktemp("whole"), taps=320)


@pytest.fixture
def term(whole: Term, tmp_path: Path) -> Term:
    return whole.copied(tmp_path / "term")


@pytest.mark.parametrize("damage", KINDS)
@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_all_but_what_stood_on_a_damaged_page_is_brought_back_and_the_rest_is_named(
    term: Term, damage: object
) -> None:
    assert callable(damage)
    for number in [0, *range(1, term.pages, 9), term.pages - 1]:
        path = term.damaged(number, damage(term, number))
        broken = path.read_bytes()
        if broken == term.whole:
            continue
        found = salvaged(path, term.clock)
        (told,) = found.epochs
        kept = {row.seq: row for row in rows_in_order(path, term.epoch)}
        assert found.kept >= len(term.rows) * 0.95
        assert sorted([*kept, *numbers(told.missing)]) == list(range(1, told.kept[-1][1] + 1))
        assert numbers(told.kept) == list(kept)
        assert all(term.rows[seq - 1] == row for seq, row in kept.items())
        assert found.aside is not None
        assert found.aside.read_bytes() == broken
        assert examine(path).problems == ()


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_the_sidecar_brings_back_all_before_its_last_flush(term: Term) -> None:
    copied(term.folder, term.epoch, term.rows[:300])
    for lost in (range(term.pages), range(1, term.pages, 2), [0]):
        path = term.damaged(0, term.page(0))
        whole = bytearray(term.whole)
        for number in lost:
            whole[number * PAGE : (number + 1) * PAGE] = bytes(PAGE)
        path.write_bytes(whole)
        found = salvaged(path, term.clock)
        assert numbers(found.epochs[0].kept)[:300] == list(range(1, 301))
        assert list(rows_in_order(path, term.epoch))[:300] == term.rows[:300]
        assert found.kept == found.epochs[0].from_file + found.epochs[0].from_sidecar


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_entries_behind_a_damaged_frame_are_brought_back(tmp_path: Path, clock: HandClock) -> None:
    journal = open_journal(tmp_path / ".", clock)
    fill(journal, clock, 40, random.Random(3))  # noqa: S311 (the same taps each time)
    path = copy_of(tmp_path, tmp_path / "cut")
    epoch, rows = journal.head.epoch, rows_in(tmp_path / FILE_NAME, journal.head.epoch)
    journal.close()
    frames = bytearray(wal_of(path).read_bytes())
    frames[32 + 24 + 300] ^= 1
    wal_of(path).write_bytes(frames)
    assert "write-ahead file is damaged" in str(is_due(path, path.parent / "sidecar", IDENTITY))
    found = salvaged(path, clock)
    assert list(rows_in_order(path, epoch)) == rows
    assert found.aside is not None
    assert wal_of(found.aside).read_bytes() == bytes(frames)
    assert is_due(path, path.parent / "sidecar", IDENTITY) is None


@pytest.mark.invariant(4)
@pytest.mark.fault("E2")
def test_a_journal_of_the_first_schema_is_salvaged_as_well(term: Term, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as old:
        old.execute("PRAGMA page_size = 4096")
        old.execute(
            "CREATE TABLE entry (epoch INT NOT NULL, seq INT NOT NULL, body BLOB NOT NULL, h BLOB NOT NULL,"
            " PRIMARY KEY (epoch, seq)) STRICT"
        )
        old.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", ((term.epoch, *row) for row in term.rows))
        old.commit()
    whole = bytearray(path.read_bytes())
    whole[:4096] = bytes(4096)
    path.write_bytes(whole)
    assert salvaged(path, term.clock).kept == len(term.rows)
    assert rows_in(path, term.epoch) == term.rows


@pytest.mark.invariant(30)
def test_a_hash_that_broke_by_itself_is_mended(term: Term) -> None:
    row = term.rows[100]
    at = term.whole.index(row.h)
    page = at // PAGE
    path = term.damaged(page, flipped(term.page(page), (at % PAGE + 5) * 8))
    assert salvaged(path, term.clock).missing == 0
    assert rows_in(path, term.epoch) == term.rows


@pytest.mark.invariant(30)
@pytest.mark.fault("D3")
def test_a_body_that_broke_is_missing_and_what_follows_is_still_proven(term: Term) -> None:
    row = term.rows[100]
    at = term.whole.index(row.body[:60])
    page = at // PAGE
    path = term.damaged(page, flipped(term.page(page), (at % PAGE + 5) * 8))
    found = salvaged(path, term.clock)
    assert found.epochs[0].missing == [(101, 101)]


def test_a_write_ahead_file_left_alone_is_put_aside_and_read(tmp_path: Path, clock: HandClock) -> None:
    journal = open_journal(tmp_path, clock)
    fill(journal, clock, 12, random.Random(3))  # noqa: S311 (the same taps each time)
    path = copy_of(tmp_path, tmp_path / "cut")
    epoch, rows = journal.head.epoch, rows_in(tmp_path / FILE_NAME, journal.head.epoch)
    journal.close()
    path.unlink()
    frames = wal_of(path).read_bytes()
    found = salvaged(path, clock)
    assert list(rows_in_order(path, epoch)) == rows
    assert found.aside is not None
    assert wal_of(found.aside).read_bytes() == frames


@pytest.mark.parametrize("is_gone", [True, False])
@pytest.mark.invariant(4)
@pytest.mark.fault("D5")
def test_a_journal_that_is_gone_comes_back_from_the_sidecar(term: Term, is_gone: bool) -> None:  # noqa: FBT001 (a case)
    copied(term.folder, term.epoch, term.rows)
    term.damaged(0, term.page(0))
    term.path.unlink() if is_gone else term.path.write_bytes(b"")
    assert "the journal does not" in str(is_due(term.path, term.folder / "sidecar", IDENTITY))
    found = salvaged(term.path, term.clock)
    assert (found.aside is None) == is_gone
    assert rows_in(term.path, term.epoch) == term.rows
    assert is_due(term.path, term.folder / "sidecar", IDENTITY) is None


@pytest.mark.invariant(4)
@pytest.mark.fault("D5")
def test_an_older_copy_put_back_is_noticed_and_made_whole(term: Term) -> None:
    copied(term.folder, term.epoch, term.rows)
    term.path.write_bytes(term.earlier[3])
    assert examine(term.path).problems == ()
    assert "the sidecar goes on to sequence 321" in str(is_due(term.path, term.folder / "sidecar", IDENTITY))
    assert salvaged(term.path, term.clock).epochs[0].from_sidecar > 0
    assert rows_in(term.path, term.epoch) == term.rows


def test_a_station_that_writes_is_not_salvaged_under_its_hands(term: Term) -> None:
    journal = open_journal(term.folder, term.clock)
    with pytest.raises(JournalBusyError):
        salvaged(term.path, term.clock)
    journal.close()


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_sectors_the_disk_cannot_read_cost_their_rows_alone(
    term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pread(descriptor: int, length: int, at: int) -> bytes:
        if at <= 20 * PAGE < at + length:
            raise OSError(5, "Input/output error")
        return read(descriptor, length, at)

    read = os.pread
    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", pread)
        found = salvaged(term.path, term.clock)
    assert 0 < found.missing < 10


def test_a_damaged_journal_asks_for_a_salvage_when_it_is_opened(term: Term) -> None:
    term.damaged(20, bytes(PAGE))
    with pytest.raises(JournalDamagedError):
        open_journal(term.folder, term.clock)
