import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from station.inbox import Inbox
from station.reader import ReaderHealth
from station.reader.scripted import ScriptedReader
from station.tap import Kind
from station.upkeep import ALIVE_MS, INBOX_MS, MEND_MS, OFFLINE_MS, STUCK_MS, Rounds
from station.watchdog import Watchdog
from tests.fakes.station import ANA, Bench, broken_disk


@dataclass
class Healthy(ScriptedReader):
    """A reader that is as well as the test says."""

    name: str = "nfc"
    state: str = "ready"
    cycle_ms: int | None = None
    resets: int = 0
    since_ms: int = field(default=0)

    def health(self) -> ReaderHealth:
        return ReaderHealth(self.state, self.since_ms, self.resets, self.cycle_ms)


@pytest.fixture
def reader() -> Healthy:
    return Healthy()


@pytest.fixture
def notify(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(0)
        yield listener


@pytest.fixture
def rounds(bench: Bench, reader: Healthy, notify: socket.socket) -> Rounds:
    (bench.folder / "inbox").mkdir()
    return Rounds(
        station=bench.station,
        panel=bench.panel,
        readers=[reader],
        inbox=Inbox(bench.folder / "inbox"),
        watchdog=Watchdog({"NOTIFY_SOCKET": str(notify.getsockname()), "WATCHDOG_USEC": "30000000"}),
        status_file=bench.folder / "status.json",
    )


def heard(notify: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(notify.recv(100).decode())
        except BlockingIOError:
            return messages


def signs(bench: Bench) -> list[object]:
    return [sign["sign"] for sign in bench.signs()]


def test_a_sign_of_life_is_journalled_at_the_start_and_every_quarter_of_an_hour(
    rounds: Rounds, bench: Bench
) -> None:
    for _ in range(2 * ALIVE_MS // 60_000 + 1):
        rounds.tick()
        bench.clock.advance(60_000)
    alive = bench.entries(Kind.ALIVE)
    assert [entry.payload for entry in alive] == [{"readers": {"nfc": "ready"}}] * 3
    assert alive[1].reading.raw_ms - alive[0].reading.raw_ms == ALIVE_MS


def test_an_inbox_that_cannot_be_emptied_keeps_no_sign_of_life_out_of_the_journal(
    rounds: Rounds, bench: Bench
) -> None:
    # What is set aside has no place to go: a file stands where its folder should.
    (bench.folder / "inbox" / "refused").touch()
    (bench.folder / "inbox" / "1-beacon.json").write_text("{")
    rounds.tick()
    assert len(bench.entries(Kind.ALIVE)) == 1


def test_the_inbox_is_looked_into_every_second(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    (bench.folder / "inbox" / "1-seal.json").write_text('{"kind": "seal", "payload": {}}')
    bench.clock.advance(INBOX_MS - 1)
    rounds.tick()
    assert bench.entries(Kind.SEAL) == []
    bench.clock.advance(1)
    rounds.tick()
    assert len(bench.entries(Kind.SEAL)) == 1


def test_a_gap_is_journalled_without_waiting_for_the_next_tap_and_the_alarm_ends(
    rounds: Rounds, bench: Bench
) -> None:
    rounds.tick()
    with broken_disk(bench.journal):
        bench.tap(ANA)
        bench.clock.advance(MEND_MS)
        rounds.tick()
        assert signs(bench) == ["READY", "NOT_RECORDED"]
    bench.clock.advance(MEND_MS)
    rounds.tick()
    assert [entry.payload for entry in bench.entries(Kind.GAP)] == [{"lost": 1, "reason": "SQLITE_READONLY"}]
    assert signs(bench) == ["READY", "NOT_RECORDED", "READY"]
    assert bench.signs()[-1]["seq"] is None


def test_what_is_owed_from_the_start_is_journalled_without_a_tap(rounds: Rounds, bench: Bench) -> None:
    bench.station.losses.owed.append((Kind.BOOT, {"boot_id": "a", "sw": "0.1.0", "clean": True}))
    rounds.tick()
    assert [entry.kind for entry in bench.entries()] == [Kind.GENESIS, Kind.BOOT, Kind.ALIVE]


def test_an_alarm_is_seen_even_if_the_disk_is_well_again_at_once(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    with broken_disk(bench.journal):
        bench.tap(ANA)
    for _ in range(MEND_MS // 1_000):
        rounds.tick()
        bench.clock.advance(1_000)
        assert signs(bench) == ["READY", "NOT_RECORDED"]
    rounds.tick()
    assert signs(bench) == ["READY", "NOT_RECORDED", "READY"]


def test_an_alarm_is_not_covered_by_a_milder_state(rounds: Rounds, bench: Bench, reader: Healthy) -> None:
    rounds.tick()
    with broken_disk(bench.journal):
        bench.tap(ANA)
        reader.state = "down"
        for _ in range(4):
            bench.clock.advance(1_000)
            rounds.tick()
        assert signs(bench) == ["READY", "NOT_RECORDED"]
    bench.clock.advance(MEND_MS)
    rounds.tick()
    assert signs(bench) == ["READY", "NOT_RECORDED", "READER_DOWN"]


def test_a_disk_that_refuses_a_sign_of_life_does_not_stop_the_station(rounds: Rounds, bench: Bench) -> None:
    with broken_disk(bench.journal):
        rounds.tick()
    bench.clock.advance(MEND_MS)
    rounds.tick()
    assert len(bench.entries(Kind.ALIVE)) == 1


def test_a_reader_that_is_gone_for_more_than_two_seconds_is_shown(
    rounds: Rounds, bench: Bench, reader: Healthy
) -> None:
    rounds.tick()
    reader.state = "down"
    rounds.tick()
    bench.clock.advance(2_000)
    rounds.tick()
    assert signs(bench) == ["READY"]
    # Trying to open it again does not begin the time anew.
    reader.state = "opening"
    bench.clock.advance(1)
    rounds.tick()
    reader.state = "ready"
    rounds.tick()
    assert signs(bench) == ["READY", "READER_DOWN", "READY"]


def test_a_clock_nobody_vouched_for_is_shown_until_central_did(rounds: Rounds, bench: Bench) -> None:
    bench.clock.sync_state = 0
    rounds.tick()
    (bench.folder / "inbox" / "1-beacon.json").write_text('{"kind": "beacon", "payload": {}}')
    bench.clock.advance(INBOX_MS)
    rounds.tick()
    assert signs(bench) == ["CLOCK_UNTRUSTED", "READY"]


def test_an_hour_without_central_is_shown(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    bench.clock.advance(OFFLINE_MS)
    rounds.tick()
    bench.clock.advance(1)
    rounds.tick()
    assert signs(bench) == ["READY", "OFFLINE"]


def test_the_status_file_says_how_the_station_is(rounds: Rounds, bench: Bench, reader: Healthy) -> None:
    bench.expect(ANA, version=7)
    bench.tap(ANA)
    rounds.tick()
    reader.resets, reader.since_ms = 3, 5
    bench.clock.advance(1_000)
    rounds.tick()
    assert json.loads((bench.folder / "status.json").read_text()) == {
        "readers": {"nfc": {"state": "ready", "resets": 3, "since_ms": 5}},
        "journalled": 1,
        "lost": 0,
        "panel": "READY",
        "roster": 7,
        "boot": 1,
        "clock_refusal": None,
        "sw": "0.1.0",
    }
    assert list(bench.folder.glob("*.tmp")) == []


def test_the_status_file_is_written_only_when_something_changed(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    (bench.folder / "status.json").unlink()
    bench.clock.advance(10_000)
    rounds.tick()
    assert not (bench.folder / "status.json").exists()
    bench.tap(ANA)
    bench.clock.advance(1_000)
    rounds.tick()
    assert (bench.folder / "status.json").exists()


def test_the_watchdog_is_fed_a_third_into_its_period(
    rounds: Rounds, bench: Bench, notify: socket.socket
) -> None:
    rounds.tick()
    bench.clock.advance(9_999)
    rounds.tick()
    assert heard(notify) == ["WATCHDOG=1"]
    bench.clock.advance(1)
    rounds.tick()
    assert heard(notify) == ["WATCHDOG=1"]


@pytest.mark.parametrize("state", ["ready", "down", "opening"])
def test_the_watchdog_starves_while_a_reader_neither_reads_nor_tries_to(
    rounds: Rounds, bench: Bench, reader: Healthy, notify: socket.socket, state: str
) -> None:
    reader.state = state
    reader.cycle_ms = bench.clock.raw_ms
    bench.clock.advance(STUCK_MS + 1)
    rounds.tick()
    assert heard(notify) == []
    # One that is down and trying is not stuck.
    reader.state, reader.cycle_ms = "down", bench.clock.raw_ms
    rounds.tick()
    assert heard(notify) == ["WATCHDOG=1"]
