from collections.abc import Iterator
from pathlib import Path

import pytest

from station.journal import FILE_NAME
from station.reader import Credential
from station.staff.examination import LAMPS_MS
from station.tap import Kind, Tap, token_text
from tests.fakes.practice_station import PracticeStation
from tests.fakes.simulator import practising
from tests.fakes.station import ANA, BEN, entries_in, token_of
from tests.fakes.station_process import wait_for

pytestmark = pytest.mark.journey

RUTH = Credential("uid", "04c1b2c3d4e5f6", "nfc-a", 1, None)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[PracticeStation]:
    with practising(tmp_path) as bench:
        place = PracticeStation(tmp_path, bench)
        place.expect(ANA, staff=[RUTH])
        place.start()
        yield place
        place.close()


def payloads(place: PracticeStation, kind: Kind) -> list[dict[str, object]]:
    found = [entry.payload for entry in entries_in(place.state) if entry.kind == kind]
    return [payload for payload in found if isinstance(payload, dict)]


def choose(place: PracticeStation, state: str) -> None:
    place.tap(RUTH)
    place.await_sign(state)


def test_a_teacher_does_everything_with_a_card_and_nobody_who_taps_meanwhile_is_lost(
    place: PracticeStation,
) -> None:
    place.hold(RUTH, "STAFF_OUTAGE")
    place.hold(RUTH, "DONE")
    choose(place, "STAFF_TIME")
    # A student taps in the middle of it.
    place.lay(ANA)
    place.await_sign("WELCOME")
    place.lift()
    place.hold(RUTH, "DONE")
    choose(place, "STAFF_ENROL")
    place.hold(RUTH, "STAFF_AWAITS_CARD")
    place.lay(BEN)
    place.await_sign("STAFF_ENROL")
    place.lift()
    choose(place, "STAFF_SELF_TEST")
    place.hold(RUTH, "LAMP_TEST")
    place.pass_time(LAMPS_MS)
    wait_for(lambda: len(payloads(place, Kind.STAFF)) == 3, "the outcome of the self-test")
    place.stop()

    who = {"token": token_text(token_of(RUTH)), "key_id": "k1", "reader": "nfc"}
    outage, enrolled, tested = payloads(place, Kind.STAFF)
    assert outage == {"did": "outage", **who}
    assert enrolled == {"did": "enrol", **who, "card": token_text(token_of(BEN))}
    assert tested["did"] == "self-test"
    # How well this machine knows its time is not the test's affair.
    found = tested["found"]
    assert isinstance(found, list)
    assert set(found) <= {"clock-untrusted", "clock-refused"}
    assert payloads(place, Kind.ANCHOR) == [{**who, "says_ms": None}]
    taps = [Tap.from_payload(entry.payload) for entry in entries_in(place.state) if entry.kind == Kind.TAP]
    # The gestures are no taps: only the one that opened the session is.
    assert [tap.token for tap in taps] == [token_of(card) for card in (RUTH, ANA, BEN)]
    stored = b"".join(file.read_bytes() for file in place.state.glob(f"{FILE_NAME}*"))
    for card in (RUTH, ANA, BEN):
        assert card.value.encode() not in stored
        assert bytes.fromhex(card.value) not in stored


def test_a_session_ends_by_itself_and_a_card_left_lying_is_shown(place: PracticeStation) -> None:
    place.hold(RUTH, "STAFF_OUTAGE")
    for _ in range(8):
        place.pass_time(4_000)
        place.let_look()
    place.await_sign("READY")
    place.lay(ANA)
    place.await_sign("WELCOME")
    for _ in range(3):
        place.pass_time(4_000)
        place.let_look()
    place.await_sign("CARD_LEFT")
    place.lift()
    place.await_sign("READY")
    place.tap(BEN)
    place.stop()
    taps = [Tap.from_payload(entry.payload) for entry in entries_in(place.state) if entry.kind == Kind.TAP]
    assert [tap.flags for tap in taps] == [{}, {}, {"card_left": 1}]
