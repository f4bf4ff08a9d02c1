import json
import socket

import pytest

from station.disk import Disk, DiskState
from station.errors import JournalDamagedError
from station.tap import Kind
from station.upkeep import ALIVE_MS, DISK_MS, INBOX_MS, MEND_MS, Rounds
from tests.fakes.rounds import Healthy, heard, signs
from tests.fakes.station import ANA, Bench, broken_disk


class Refusing(Disk):
    """A disk that has neither room nor ballast."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk._folder)

    def mend(self) -> None:
        pass

    def state(self) -> DiskState:
        return DiskState.REFUSE


def test_a_sign_of_life_is_journalled_at_the_start_and_every_quarter_of_an_hour(
    rounds: Rounds, bench: Bench
) -> None:
    for _ in range(2 * ALIVE_MS // 60_000 + 1):
        rounds.tick()
        bench.clock.advance(60_000)
    alive = bench.entries(Kind.ALIVE)
    assert [entry.payload for entry in alive] == [{"readers": {"nfc": "ready"}, "disk": "ok"}] * 3
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


@pytest.mark.invariant(5)
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


@pytest.mark.invariant(5)
@pytest.mark.fault("D1")
def test_a_disk_that_refuses_is_shown_before_anybody_taps_and_until_it_takes_entries_again(
    rounds: Rounds, bench: Bench
) -> None:
    rounds.tick()
    bench.clock.advance(ALIVE_MS)
    with broken_disk(bench.journal):
        rounds.tick()
        bench.clock.advance(60_000)
        rounds.tick()
        assert signs(bench) == ["READY", "NOT_RECORDED"]
    bench.clock.advance(MEND_MS)
    rounds.tick()
    assert signs(bench) == ["READY", "NOT_RECORDED", "READY"]
    assert bench.entries(Kind.GAP) == []


def test_a_disk_that_turns_is_told_in_the_journal(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    assert [entry.payload for entry in bench.entries(Kind.ERR)] == []
    rounds.disk = Refusing(rounds.disk)
    bench.clock.advance(DISK_MS)
    rounds.tick()
    rounds.disk = Disk(bench.folder, ballast_bytes=4_096, low_bytes=0)
    bench.clock.advance(DISK_MS)
    rounds.tick()
    told = [entry.payload for entry in bench.entries(Kind.ERR)]
    assert told == [{"what": "the disk is refuse"}, {"what": "the disk is ok"}]


def test_a_journal_found_damaged_ends_the_rounds(rounds: Rounds) -> None:
    rounds.tick()
    rounds.is_damaged = lambda: True
    with pytest.raises(JournalDamagedError):
        rounds.tick()


def test_the_status_file_says_how_the_station_is(rounds: Rounds, bench: Bench, reader: Healthy) -> None:
    bench.expect(ANA, version=7)
    bench.tap(ANA)
    rounds.tick()
    reader.resets, reader.since_ms = 3, 5
    bench.clock.advance(1_000)
    rounds.tick()
    assert json.loads((bench.folder / "status.json").read_text()) == {
        "readers": {"nfc": {"state": "ready", "resets": 3, "since_ms": 5, "fault": None}},
        "journalled": 1,
        "lost": 0,
        "panel": "READY",
        "roster": 7,
        "config": None,
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
