import io
import json
import sqlite3
from pathlib import Path

import pytest

from station import chain
from station.errors import JournalError, UsageError
from station.journal import FILE_NAME, MOST_ROWS
from station.listing import export, taps, verified
from station.tap import Kind
from tests.fakes.station import ANA, BEN, Bench, token_of


def listed(bench: Bench, limit: int = 20) -> list[dict[str, object]]:
    out = io.StringIO()
    assert taps(bench.folder, out, limit=limit, as_json=True) == 0
    found: list[dict[str, object]] = json.loads(out.getvalue())
    return found


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
