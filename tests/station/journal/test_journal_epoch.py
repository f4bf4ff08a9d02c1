import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from station import chain
from station.clock import HandClock
from station.errors import JournalError
from station.journal import FILE_NAME, Journal, JournalReader, Row
from station.tap import Kind, decode
from tests.fakes.station import IDENTITY, broken_disk, entries_in, open_journal

Seen = list[tuple[int, list[int]]]


def watched(journal: Journal) -> Seen:
    """Have everything a journal commits written down."""
    seen: Seen = []

    def note(epoch: int, rows: Sequence[Row]) -> None:
        seen.append((epoch, [row.seq for row in rows]))

    journal.watch(note)
    return seen


@pytest.mark.invariant(3)
def test_a_new_epoch_begins_with_the_head_of_the_one_it_follows(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    before = journal.append(Kind.ALIVE, {}, clock.reading())
    head = journal.begin_epoch("fork", clock.reading())
    assert head.seq == 1
    assert journal.head == head
    assert head.epoch != before.epoch
    (genesis,) = entries_in(tmp_path)
    assert genesis.payload == {
        "station": IDENTITY.station,
        "school": IDENTITY.school,
        "reason": "fork",
        "prev_epoch": before.epoch,
        "prev_head": before.h.hex(),
        "sw": IDENTITY.sw,
    }
    assert JournalReader(tmp_path / FILE_NAME).head(before.epoch) == before


def test_the_epoch_before_is_closed_and_says_why(journal: Journal, clock: HandClock) -> None:
    first = journal.head.epoch
    second = journal.begin_epoch("rollback", clock.reading(), lambda: 5).epoch
    found = journal._connection.execute("SELECT epoch, closed_reason FROM epoch ORDER BY rowid").fetchall()
    assert found == [(first, "rollback"), (second, None)]
    assert second == 5


@pytest.mark.invariant(3)
def test_the_chain_of_a_new_epoch_begins_anew(journal: Journal, tmp_path: Path, clock: HandClock) -> None:
    journal.append(Kind.ALIVE, {}, clock.reading())
    journal.begin_epoch("fork", clock.reading())
    head = journal.append(Kind.ALIVE, {}, clock.reading())
    rows = JournalReader(tmp_path / FILE_NAME).rows(head.epoch, 0)
    assert chain.verify(chain.START, [(row.body, row.h) for row in rows]) == head.h
    assert [decode(row.body).kind for row in rows] == [Kind.GENESIS, Kind.ALIVE]


@pytest.mark.invariant(4)
def test_the_old_epoch_stays_open_when_the_new_one_cannot_be_stored(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    before = journal.head
    with broken_disk(journal), pytest.raises(JournalError):
        journal.begin_epoch("fork", clock.reading())
    assert journal.head == before
    assert JournalReader(tmp_path / FILE_NAME).epochs() == [before.epoch]
    assert journal._connection.execute("SELECT closed_reason FROM epoch").fetchall() == [(None,)]


def test_an_epoch_that_is_drawn_twice_is_refused_and_changes_nothing(
    journal: Journal, clock: HandClock
) -> None:
    before = journal.head
    with pytest.raises(JournalError):
        journal.begin_epoch("fork", clock.reading(), lambda: before.epoch)
    assert journal.head == before
    assert journal._connection.execute("SELECT epoch, closed_reason FROM epoch").fetchall() == [
        (before.epoch, None)
    ]
    assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == before.seq + 1


def test_a_journal_of_several_epochs_is_gone_on_with_in_the_youngest(
    tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal(tmp_path, clock)
    epochs = [journal.head.epoch] + [journal.begin_epoch("fork", clock.reading()).epoch for _ in range(3)]
    journal.close()
    again = open_journal(tmp_path, clock)
    assert again.head == (epochs[-1], 1, again.head.h)
    assert JournalReader(tmp_path / FILE_NAME).epochs() == epochs
    again.close()


def test_who_watches_is_told_of_every_commit_and_of_nothing_else(journal: Journal, clock: HandClock) -> None:
    seen = watched(journal)
    first = journal.head.epoch
    journal.append_all([(Kind.ALIVE, {}), (Kind.ALIVE, {})], clock.reading())
    journal.append_all([], clock.reading())
    with broken_disk(journal), pytest.raises(JournalError):
        journal.append(Kind.ALIVE, {}, clock.reading())
    clock.set_wall(clock.wall_ms + 60_000)
    journal.append(Kind.ALIVE, {}, clock.reading())
    second = journal.begin_epoch("fork", clock.reading()).epoch
    assert seen == [(first, [2, 3]), (first, [4, 5]), (second, [1])]


def test_what_a_watcher_is_told_of_is_on_the_disk_already(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    found: list[int] = []

    def look(epoch: int, rows: Sequence[Row]) -> None:
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
            query = "SELECT COUNT(*) FROM entry WHERE epoch = ? AND h = ?"
            found.append(other.execute(query, (epoch, rows[-1].h)).fetchone()[0])

    journal.watch(look)
    journal.append(Kind.ALIVE, {}, clock.reading())
    assert found == [1]
