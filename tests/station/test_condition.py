import socket

import pytest

from station.condition import OFFLINE_MS, STUCK_MS
from station.presence import LEFT_MS
from station.reader import Removed
from station.upkeep import INBOX_MS, Rounds
from tests.fakes.rounds import Healthy, heard, signs
from tests.fakes.station import ANA, BEN, Bench


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


def test_a_card_left_and_a_staff_session_are_shown_while_nobody_taps(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    bench.expect(ANA, staff=[BEN])
    bench.react(bench.present(ANA))
    bench.wait(LEFT_MS + 1)
    rounds.tick()
    bench.hold(BEN, 2_000, reader="scanner")
    rounds.tick()
    bench.wait(30_000)
    rounds.tick()
    bench.react(Removed("nfc", bench.clock.raw_ms))
    rounds.tick()
    states = [sign for sign in signs(bench) if sign != "WELCOME"]
    assert states == ["READY", "CARD_LEFT", "STAFF_OUTAGE", "CARD_LEFT", "READY"]


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
