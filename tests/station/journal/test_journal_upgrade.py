"""A journal meets other software than it was written by: newer, older, or newer and cut off half-way."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station import chain
from station.clock import HandClock
from station.errors import JournalError
from station.journal import FILE_NAME, JournalReader, schema
from station.journal.proof import proven
from station.tap import Json, Kind
from tests.fakes.station import IDENTITY, open_journal
from tests.station.journal.holed_journal import OLD, write_first_release

PENDING = 50_000


@pytest.mark.invariant(4, 6)
@pytest.mark.fault("E2")
def test_fifty_thousand_taps_that_wait_are_there_after_an_upgrade(tmp_path: Path, clock: HandClock) -> None:
    genesis: Json = {"station": IDENTITY.station, "school": IDENTITY.school, "reason": "first"}
    tap: tuple[Kind, Json] = Kind.TAP, ["AAAAAAAAAAAAAAAAAAAAAA", "k1", "nfc", {}, None]
    last_h = write_first_release(tmp_path / FILE_NAME, (Kind.GENESIS, genesis), *[tap] * PENDING)[-1].h
    journal = open_journal(tmp_path, clock)
    after = journal.append(Kind.TAP, [None, None, "nfc", {}, None], clock.reading())
    newest = journal.begin_epoch("fork", clock.reading()).epoch
    journal.close()
    reader = JournalReader(tmp_path / FILE_NAME)
    rows = [row for page in proven(reader, OLD) for row in page]
    assert [row.seq for row in rows] == list(range(1, PENDING + 3))
    assert rows[-2].h == last_h
    assert chain.link(last_h, rows[-1].body) == after.h
    assert reader.epochs() == [OLD, newest]


@pytest.mark.invariant(4, 6)
@pytest.mark.fault("E2")
def test_older_software_leaves_a_newer_journal_as_it_is(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = open_journal(tmp_path, clock)
    journal.append(Kind.ALIVE, {}, clock.reading())
    journal.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "KNOWN_VERSIONS", frozenset({1}))
        with pytest.raises(JournalError, match="install the software that wrote it"):
            open_journal(tmp_path, clock)
    assert (tmp_path / FILE_NAME).read_bytes() == before
    # Brought back, the newer software goes on where it was.
    again = open_journal(tmp_path, clock)
    assert again.append(Kind.ALIVE, {}, clock.reading()).seq == 3
    again.close()


@pytest.mark.invariant(6)
@pytest.mark.fault("E2", "P4")
@pytest.mark.parametrize("done", range(len(schema.SCHEMA) + 1))
def test_tables_that_are_made_half_way_are_not_there_and_are_made_by_the_next_start(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "SCHEMA", (*schema.SCHEMA[:done], "CREATE TABLE and then the disk refused"))
        with pytest.raises(JournalError):
            open_journal(tmp_path, clock)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    journal = open_journal(tmp_path, clock)
    assert journal.head.seq == 1
    journal.close()
