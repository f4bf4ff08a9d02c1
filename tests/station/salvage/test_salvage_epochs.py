import random
from dataclasses import replace
from pathlib import Path

import pytest

from station import chain
from station.clock import HandClock
from station.errors import JournalError
from station.journal import FILE_NAME, Journal, JournalReader
from station.salvage import is_due
from station.salvage.examine import examine
from station.tap import Kind, decode
from tests.fakes.damage import PAGE, Term, fill, rows_in
from tests.fakes.salvage import copied, numbers, salvaged
from tests.fakes.station import IDENTITY, entries_in, open_journal


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Term:
    return Term(tmp_path_factory.mktemp("whole"), taps=320)


@pytest.fixture
def term(whole: Term, tmp_path: Path) -> Term:
    return whole.copied(tmp_path / "term")


@pytest.mark.invariant(3, 4)
@pytest.mark.fault("D3")
def test_taps_go_on_in_an_epoch_that_says_what_is_missing(term: Term) -> None:
    path = term.damaged(20, bytes(PAGE))
    found = salvaged(path, term.clock)
    journal = open_journal(term.folder, term.clock)
    assert journal.append(Kind.ALIVE, {}, term.clock.reading()).seq == 3
    journal.close()
    genesis, told, _ = entries_in(term.folder)
    assert isinstance(genesis.payload, dict)
    assert genesis.payload["reason"] == "salvage"
    assert genesis.payload["prev_epoch"] == term.epoch
    assert genesis.payload["prev_head"] == term.rows[-1].h.hex()
    assert told.payload == {
        "epoch": term.epoch,
        "kept": [list(run) for run in found.epochs[0].kept],
        "missing": [list(run) for run in found.epochs[0].missing],
        "from_file": found.kept,
        "from_sidecar": 0,
        "aside": f"{FILE_NAME}.damaged-20261129T170512Z",
        "tail": "unknown",
    }
    assert JournalReader(path).holes(term.epoch) == found.epochs[0].missing != []


@pytest.mark.invariant(4)
@pytest.mark.fault("D3")
def test_a_journal_nothing_is_left_of_says_so_in_the_new_one(term: Term) -> None:
    term.damaged(0, term.page(0)).write_bytes(bytes(len(term.whole)))
    found = salvaged(term.path, term.clock)
    assert found.kept == 0
    told = entries_in(term.folder)[1]
    assert isinstance(told.payload, dict)
    assert told.payload["epoch"] is None
    open_journal(term.folder, term.clock).close()


def test_a_journal_of_another_station_is_not_made_ours(term: Term) -> None:
    path = term.damaged(20, bytes(PAGE))
    broken = path.read_bytes()
    with pytest.raises(JournalError, match="this journal is of"):
        salvaged(path, term.clock, identity=replace(IDENTITY, station="st-r102"))
    assert path.read_bytes() == broken


def test_a_sidecar_of_another_station_is_left_where_it_lies(
    term: Term, tmp_path: Path, clock: HandClock
) -> None:
    other = replace(IDENTITY, station="st-r102")
    stranger = Journal.open(tmp_path / "other.sqlite", other, clock.reading(), lambda: 4711)
    copied(term.folder, 4711, rows_in(tmp_path / "other.sqlite", 4711))
    stranger.close()
    assert is_due(term.path, term.folder / "sidecar", IDENTITY) is None
    found = salvaged(term.damaged(20, bytes(PAGE)), term.clock)
    assert [epoch.epoch for epoch in found.epochs] == [term.epoch]


def test_a_second_salvage_knows_of_the_first_and_keeps_the_order_of_the_epochs(term: Term) -> None:
    first = salvaged(term.damaged(20, bytes(PAGE)), term.clock, seed=11)
    term.clock.reboot()
    path = term.path
    whole = bytearray(path.read_bytes())
    whole[30 * PAGE : 31 * PAGE] = bytes(PAGE)
    path.write_bytes(whole)
    second = salvaged(path, term.clock, seed=12)
    order = JournalReader(path).epochs()
    assert order[0] == term.epoch
    assert [epoch.epoch for epoch in second.epochs] == order[:2]
    assert set(numbers(first.epochs[0].missing)) < set(numbers(second.epochs[0].missing))
    assert second.epochs[0].is_tail_known
    assert not second.epochs[1].is_tail_known
    assert examine(path).problems == ()
    asides = [file for file in path.parent.glob("*.damaged-*") if not file.name.endswith("-wal")]
    assert len(asides) == 2


def test_the_order_of_the_epochs_is_kept_when_the_entry_that_tells_it_is_lost(
    tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal(tmp_path, clock)
    fill(journal, clock, 12, random.Random(1))  # noqa: S311 (the same taps each time)
    first = journal.head.epoch
    clock.advance(1_000)
    journal.begin_epoch("clone", clock.reading(), lambda: 2**63 - 1)
    fill(journal, clock, 12, random.Random(2))  # noqa: S311 (the same taps each time)
    journal.close()
    whole = (tmp_path / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(whole.replace(b"clone", b"clown"))
    assert b"clone" in whole
    found = salvaged(tmp_path / FILE_NAME, clock)
    assert [epoch.epoch for epoch in found.epochs] == [first, 2**63 - 1]
    assert found.epochs[1].missing == [(1, 1)]
    assert examine(tmp_path / FILE_NAME).problems == ()


def test_the_new_epoch_is_of_no_earlier_boot_than_what_it_follows(term: Term) -> None:
    term.clock.boot = 6
    fill_again(term)
    path = term.path
    term.clock.boot = 0
    salvaged(path, term.clock)
    assert {entry.reading.boot for entry in entries_in(term.folder)} == {6}


def fill_again(term: Term) -> None:
    """Append some more taps, at what the clock says now."""
    journal = open_journal(term.folder, term.clock)
    fill(journal, term.clock, 3, random.Random(1))  # noqa: S311 (the same taps each time)
    journal.close()


@pytest.mark.invariant(3)
def test_every_row_is_chained_from_the_start_after_a_salvage(term: Term) -> None:
    salvaged(term.damaged(20, bytes(PAGE)), term.clock)
    rows = rows_in(term.path, JournalReader(term.path).epochs()[-1])
    assert chain.verify(chain.START, ((row.body, row.h) for row in rows)) == rows[-1].h
    assert [decode(row.body).kind for row in rows] == [Kind.GENESIS, Kind.SALVAGE]
