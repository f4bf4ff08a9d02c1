"""What the station is asked to journal: seals while central is away, files that appear whole."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from station.inbox import Inbox as StationInbox
from station.tap import Kind, decode
from sync_agent.beacon import SEAL_MS, Inbox, Sealer
from sync_agent.errors import MemoryFileError
from sync_agent.signing import open_seal
from tests.fakes.central_rules import STATION
from tests.fakes.sync_agent import STATION_KEY, Bench


@pytest.fixture
def sealer(bench: Bench) -> Sealer:
    return Sealer(STATION, STATION_KEY, bench.outbox, Inbox(bench.folder))


def take(bench: Bench) -> list[Kind]:
    """Let the station take over what lies in its inbox."""
    return StationInbox(bench.folder / "inbox").take(bench.journal, bench.clock.reading())


def test_sixty_four_entries_are_sealed_at_once(bench: Bench, sealer: Sealer) -> None:
    bench.tap(62)
    assert not sealer.seal_if_due(bench.clock.reading())
    bench.tap()
    head = bench.journal.head
    assert head.seq == 64
    assert sealer.seal_if_due(bench.clock.reading())
    assert not sealer.seal_if_due(bench.clock.reading())
    assert take(bench) == [Kind.SEAL]
    entry = decode(bench.bodies()[-1])
    assert isinstance(entry.payload, dict)
    assert open_seal(STATION, head.epoch, entry.payload, STATION_KEY.verify_key) == (64, head.h)


def test_fewer_entries_are_sealed_after_ten_minutes(bench: Bench, sealer: Sealer) -> None:
    bench.tap()
    assert not sealer.seal_if_due(bench.clock.reading())
    bench.clock.advance(SEAL_MS - 1)
    assert not sealer.seal_if_due(bench.clock.reading())
    bench.clock.advance(1)
    assert sealer.seal_if_due(bench.clock.reading())


def test_a_seal_is_no_reason_for_another(bench: Bench, sealer: Sealer) -> None:
    bench.tap(63)
    assert sealer.seal_if_due(bench.clock.reading())
    take(bench)
    for _ in range(3):
        bench.clock.advance(SEAL_MS)
        assert not sealer.seal_if_due(bench.clock.reading())
    bench.tap()
    assert sealer.seal_if_due(bench.clock.reading())


def test_what_central_acknowledged_needs_no_seal(bench: Bench, sealer: Sealer) -> None:
    bench.tap(100)
    bench.settle()
    sealer.rest(bench.clock.raw_ms)
    bench.clock.advance(SEAL_MS)
    assert not sealer.seal_if_due(bench.clock.reading())
    bench.tap()
    assert sealer.seal_if_due(bench.clock.reading())


def test_a_boot_begins_its_ten_minutes_anew(bench: Bench, sealer: Sealer) -> None:
    bench.tap()
    bench.clock.advance(SEAL_MS)
    sealer.seal_if_due(bench.clock.reading())
    bench.clock.reboot()
    bench.tap()
    assert not sealer.seal_if_due(bench.clock.reading())


def test_the_station_takes_files_in_the_order_they_were_laid_down(bench: Bench) -> None:
    inbox = Inbox(bench.folder)
    for number in range(3):
        inbox.put(Kind.BEACON, {"number": number}, bench.clock.reading())
    inbox.put(Kind.SEAL, {"number": 3}, bench.clock.reading())
    assert take(bench) == [Kind.BEACON, Kind.BEACON, Kind.BEACON, Kind.SEAL]
    numbers = [json.loads(body)[-1]["number"] for body in bench.bodies()[-4:]]
    assert numbers == [0, 1, 2, 3]


def test_a_full_disk_is_an_error_and_leaves_no_half_file(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("in the way")
    inbox = Inbox(tmp_path / "elsewhere")
    with pytest.raises(MemoryFileError, match="cannot be written"):
        inbox.put(Kind.SEAL, {}, bench.clock.reading())


def test_a_seal_shows_what_was_cut_off_after_it(bench: Bench, sealer: Sealer) -> None:
    bench.tap(63)
    sealer.seal_if_due(bench.clock.reading())
    bench.journal.close()
    with sqlite3.connect(bench.folder / "journal.sqlite") as db:
        db.execute("DROP TRIGGER entry_is_never_deleted")
        db.execute("DELETE FROM entry WHERE seq > 50")
    db.close()
    (file,) = (bench.folder / "inbox").iterdir()
    payload = json.loads(file.read_text(encoding="utf-8"))["payload"]
    seq, _ = open_seal(STATION, bench.reader.epochs()[0], payload, STATION_KEY.verify_key)
    assert seq > bench.reader.head(bench.reader.epochs()[0]).seq
