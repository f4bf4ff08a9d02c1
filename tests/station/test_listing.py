import io
import json
import sqlite3
from pathlib import Path

import pytest

from station import chain
from station.errors import JournalDamagedError, JournalError, UsageError
from station.journal import FILE_NAME, MOST_ROWS
from station.listing import export, taps, verified
from station.tap import Kind
from tests.fakes.station import ANA, BEN, Bench, token_of
from tests.station.journal import holed_journal


def listed(bench: Bench, limit: int = 20) -> list[dict[str, object]]:
    out = io.StringIO()
    assert taps(bench.folder, out, limit=limit, as_json=True) == 0
    found: list[dict[str, object]] = json.loads(out.getvalue())
    return found


@pytest.mark.invariant(38)
def test_a_listed_tap_shows_no_more_of_a_token_than_tells_two_cards_apart(bench: Bench) -> None:
    bench.tap(ANA)
    bench.clock.advance(10_000)
    bench.tap(ANA)
    bench.tap(BEN, reader="scanner")
    shown = listed(bench)
    assert [tap["sequence"] for tap in shown] == [2, 3, 4]
    assert [tap["token"] for tap in shown] == [token_of(card).hex()[:8] for card in (ANA, ANA, BEN)]
    assert [tap["flags"] for tap in shown] == [{}, {"repeat": 1}, {}]
    assert [tap["reader"] for tap in shown] == ["nfc", "nfc", "scanner"]
    assert all(str(tap["at"]).endswith("+00:00") for tap in shown)


def test_the_newest_are_listed_oldest_first(bench: Bench) -> None:
    for _ in range(4):
        bench.tap(ANA)
        bench.clock.advance(120_000)
    assert [tap["sequence"] for tap in listed(bench, limit=2)] == [4, 5]


def test_the_table_can_be_read_by_a_person(bench: Bench) -> None:
    bench.tap(ANA)
    bench.clock.advance(10_000)
    bench.tap(ANA)
    out = io.StringIO()
    taps(bench.folder, out, limit=5, as_json=False)
    header, first, second, verdict = out.getvalue().splitlines()
    assert header.split() == ["sequence", "claimed", "at", "reader", "token", "notes"]
    assert first.split()[0] == "2"
    assert second.endswith("repeat=1")
    assert verdict == "2 taps shown; the chain of the whole journal holds"


def test_a_wall_clock_beyond_any_calendar_does_not_stop_the_listing(bench: Bench) -> None:
    bench.clock.set_wall(2**62)
    bench.tap(ANA)
    assert listed(bench)[0]["at"] == "beyond year 9999"


def test_without_a_journal_there_is_nothing_to_list(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="start the station first"):
        taps(tmp_path, io.StringIO(), limit=5, as_json=True)


def test_a_long_journal_is_verified_page_by_page(bench: Bench) -> None:
    bench.journal.append_all([(Kind.ALIVE, {})] * (2 * MOST_ROWS), bench.clock.reading())
    rows = list(verified(bench.folder / FILE_NAME, bench.journal.head.epoch))
    assert [row.seq for row in rows] == list(range(1, 2 * MOST_ROWS + 2))
    assert rows[-1].h == bench.journal.head.h


def test_an_export_holds_every_part_of_every_entry_and_its_exact_bytes(bench: Bench, tmp_path: Path) -> None:
    bench.tap(ANA)
    target = tmp_path / "export.sqlite"
    assert export(bench.folder, target) == 2
    found = sqlite3.connect(target)
    found.row_factory = sqlite3.Row
    rows = found.execute("SELECT * FROM entry ORDER BY sequence").fetchall()
    found.close()
    assert [(row["sequence"], row["kind"], row["boot"]) for row in rows] == [(1, "genesis", 1), (2, "tap", 1)]
    assert json.loads(rows[1]["payload"])[2] == "nfc"
    assert chain.verify(chain.START, [(row["body"], row["h"]) for row in rows]) == bench.journal.head.h


def test_an_export_never_writes_over_a_file(bench: Bench, tmp_path: Path) -> None:
    target = tmp_path / "export.sqlite"
    target.write_text("mine")
    with pytest.raises(UsageError, match="name one that does not exist"):
        export(bench.folder, target)
    assert target.read_text() == "mine"


def test_an_entry_of_a_newer_station_is_exported_as_it_is(bench: Bench, tmp_path: Path) -> None:
    body = b'[2,"hologram"]'
    h = chain.link(bench.journal.head.h, body)
    row = (bench.journal.head.epoch, 2, body, h)
    bench.journal._connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", row)
    export(bench.folder, tmp_path / "export.sqlite")
    found = sqlite3.connect(tmp_path / "export.sqlite")
    assert found.execute("SELECT kind, body FROM entry WHERE sequence = 2").fetchone() == (None, body)
    found.close()


@pytest.mark.parametrize(
    ("lost", "declared"),
    [
        ([], []),
        ([5], [(5, 5)]),
        ([4, 5, 6, 9], [(4, 6), (9, 9)]),
        ([1, 2], [(1, 2)]),
        ([12], []),
        # Found again after it was declared: nothing is wrong with that.
        ([5], [(4, 7)]),
        (list(range(1, 13)), [(1, 12)]),
    ],
)
def test_rows_declared_missing_part_the_chain_and_each_part_holds(
    tmp_path: Path, lost: list[int], declared: list[tuple[int, int]]
) -> None:
    kept = holed_journal.write(tmp_path / FILE_NAME, lost, declared)
    assert list(verified(tmp_path / FILE_NAME, holed_journal.OLD)) == kept


@pytest.mark.parametrize(
    ("lost", "declared"),
    [([5], []), ([5, 6], [(5, 5)]), ([5, 6], [(6, 6)]), ([3, 8], [(3, 3)]), ([1], [(2, 2)]), ([5], [(7, 9)])],
)
@pytest.mark.invariant(3, 30)
def test_a_row_missing_that_nobody_declared_is_damage(
    tmp_path: Path, lost: list[int], declared: list[tuple[int, int]]
) -> None:
    holed_journal.write(tmp_path / FILE_NAME, lost, declared)
    with pytest.raises(JournalDamagedError, match="missing or was changed"):
        list(verified(tmp_path / FILE_NAME, holed_journal.OLD))


@pytest.mark.invariant(30)
def test_a_row_changed_behind_a_hole_is_found(tmp_path: Path) -> None:
    holed_journal.write(tmp_path / FILE_NAME, [5], [(5, 5)])
    tampered = sqlite3.connect(tmp_path / FILE_NAME)
    tampered.execute("DROP TRIGGER entry_is_never_changed")
    tampered.execute(
        "UPDATE entry SET body = CAST('[1]' AS BLOB) WHERE epoch = ? AND seq = 7", (holed_journal.OLD,)
    )
    tampered.commit()
    tampered.close()
    with pytest.raises(JournalDamagedError, match="entry 7 is missing or was changed"):
        list(verified(tmp_path / FILE_NAME, holed_journal.OLD))


def test_the_listing_says_how_much_was_lost_and_shows_the_rest(tmp_path: Path) -> None:
    holed_journal.write(tmp_path / FILE_NAME, [4, 5, 9], [(4, 5), (9, 9)])
    out = io.StringIO()
    assert taps(tmp_path, out, limit=50, as_json=False) == 0
    *_, verdict = out.getvalue().splitlines()
    assert verdict.startswith("8 taps shown; the chain of the whole journal holds, ")
    assert verdict.endswith("3 entries are missing")


def test_an_export_brings_the_epochs_one_after_the_other(bench: Bench, tmp_path: Path) -> None:
    bench.tap(ANA)
    bench.journal.begin_epoch("fork", bench.clock.reading(), lambda: 3)
    bench.tap(BEN)
    assert export(bench.folder, tmp_path / "export.sqlite") == 4
    found = sqlite3.connect(tmp_path / "export.sqlite")
    rows = found.execute("SELECT epoch, sequence, kind FROM entry").fetchall()
    found.close()
    assert [(sequence, kind) for _, sequence, kind in rows] == [
        (1, "genesis"),
        (2, "tap"),
        (1, "genesis"),
        (2, "tap"),
    ]
    assert rows[-1][0] == 3
