import base64
import queue
import threading
import time
from collections.abc import Sequence

import pytest

from station.loop import Events, serve
from station.reader import Asked, Credential, ReaderEvent, Reason, Removed, Unreadable
from station.staff.examination import LAMPS_MS, Examination
from station.staff.session import Desk, Wish
from station.tap import Kind, token_text
from station.verdict import State
from tests.fakes.station import ANA, BEN, KEY_ID, Bench, broken_disk, token_of

RUTH = Credential("uid", "04c1b2c3d4e5f6", "nfc-a", 1, None)
WHO = {"token": token_text(token_of(RUTH)), "key_id": KEY_ID, "reader": "nfc"}
DEADLINE_S = 10.0


@pytest.fixture
def room(bench: Bench) -> Bench:
    """A station that expects Ana, with a session of Ruth's open."""
    bench.expect(ANA, staff=[RUTH])
    bench.hold(RUTH, 2_000)
    bench.wait(1_000)
    assert bench.station.desk.state is State.STAFF_OUTAGE
    return bench


def choose(room: Bench, taps: int) -> None:
    for _ in range(taps):
        room.hold(RUTH, 250)
        room.wait(500)


def do(room: Bench, taps: int) -> str:
    choose(room, taps)
    room.hold(RUTH, 2_000)
    return str(room.signs()[-1]["sign"])


def staff_entries(room: Bench) -> list[object]:
    return [entry.payload for entry in room.entries(Kind.STAFF)]


def test_the_tap_that_opens_a_session_is_journalled_and_answered_like_any_other(room: Bench) -> None:
    assert [sign["sign"] for sign in room.signs()] == ["WELCOME"]
    assert [tap.token for tap in room.taps()] == [token_of(RUTH)]


def test_a_card_that_is_no_staff_card_opens_nothing_however_long_it_lies(bench: Bench) -> None:
    bench.expect(ANA, staff=[RUTH])
    bench.hold(ANA, 5_000)
    bench.hold(BEN, 5_000)
    assert bench.station.desk.state is None


def test_a_station_without_a_roster_has_no_staff(bench: Bench) -> None:
    bench.hold(RUTH, 5_000)
    assert bench.station.desk.state is None


def test_gestures_are_no_taps(room: Bench) -> None:
    for _ in range(4):
        choose(room, 1)
        # Longer than a card may be away and still be the same presentation.
        room.wait(6_000)
    assert do(room, 0) == "DONE"
    assert len(room.taps()) == 1


def test_an_outage_is_put_on_record(room: Bench) -> None:
    assert do(room, 0) == "DONE"
    assert staff_entries(room) == [{"did": "outage", **WHO}]
    assert room.signs()[-1]["seq"] == len(room.entries())


def test_a_time_is_attested_without_being_typed(room: Bench) -> None:
    assert do(room, 1) == "DONE"
    assert [entry.payload for entry in room.entries(Kind.ANCHOR)] == [{**WHO, "says_ms": None}]
    assert staff_entries(room) == []


def test_a_scanner_may_say_the_time(room: Bench) -> None:
    room.react(Asked("staff:time:2026-11-20T17:05Z", "scanner", room.clock.raw_ms))
    assert room.signs()[-1]["sign"] == "DONE"
    expected = {**WHO, "reader": "scanner", "says_ms": 1_795_194_300_000}
    assert [entry.payload for entry in room.entries(Kind.ANCHOR)] == [expected]


@pytest.mark.parametrize("line", ["staff:time:noon", "staff:dance"])
def test_a_line_that_means_nothing_is_said_to_have_failed(room: Bench, line: str) -> None:
    room.react(Asked(line, "scanner", room.clock.raw_ms))
    assert room.signs()[-1]["sign"] == "FAILED"
    assert staff_entries(room) == []


def test_a_line_without_a_session_is_refused(bench: Bench) -> None:
    bench.expect(staff=[RUTH])
    bench.react(Asked("staff:outage", "scanner", 0))
    assert bench.signs()[-1]["sign"] == "FAILED"
    assert staff_entries(bench) == []


def test_a_card_laid_down_to_be_enrolled_is_a_tap_as_well(room: Bench) -> None:
    do(room, 2)
    room.wait(3_000)
    room.tap(BEN)
    assert room.signs()[-1]["sign"] == "DONE"
    assert staff_entries(room) == [{"did": "enrol", **WHO, "card": token_text(token_of(BEN))}]
    assert base64.urlsafe_b64decode(token_text(token_of(BEN)) + "==") == token_of(BEN)
    assert [tap.token for tap in room.taps()] == [token_of(RUTH), token_of(BEN)]
    assert room.station.desk.state is State.STAFF_ENROL


def test_an_expected_student_who_taps_meanwhile_is_not_enrolled(room: Bench) -> None:
    do(room, 2)
    assert room.tap(ANA) == "WELCOME"
    assert staff_entries(room) == []
    assert room.station.desk.state is State.STAFF_AWAITS_CARD


def test_what_has_no_number_of_its_own_is_not_enrolled(room: Bench) -> None:
    do(room, 2)
    room.react(Unreadable("nfc", Reason.FOREIGN))
    room.tap(Credential("sun", "", "iso-dep", 2, "sun.picc_data=00&cmac=00"))
    assert staff_entries(room) == []
    assert room.station.desk.state is State.STAFF_AWAITS_CARD


def test_a_card_that_was_just_tapped_can_be_enrolled(room: Bench) -> None:
    room.tap(BEN)
    do(room, 2)
    room.tap(BEN)
    assert len(staff_entries(room)) == 1


def test_students_are_answered_as_always_while_a_session_is_open(room: Bench) -> None:
    assert room.tap(ANA) == "WELCOME"
    room.wait(300)
    assert room.tap(BEN) == "NOT_ON_ROSTER"
    assert [tap.token for tap in room.taps()] == [token_of(card) for card in (RUTH, ANA, BEN)]
    assert room.station.desk.state is State.STAFF_OUTAGE


def test_an_act_that_could_not_be_stored_is_said_to_have_failed_and_is_no_lost_tap(room: Bench) -> None:
    with broken_disk(room.journal):
        assert do(room, 0) == "FAILED"
    assert staff_entries(room) == []
    assert room.station.losses.count == 0
    assert do(room, 0) == "DONE"


def test_a_card_whose_enrolment_could_not_be_stored_is_still_waited_for(room: Bench) -> None:
    do(room, 2)
    with broken_disk(room.journal):
        assert room.tap(BEN) == "NOT_RECORDED"
    assert room.station.desk.state is State.STAFF_AWAITS_CARD


def test_a_session_ends_by_itself_and_a_gesture_is_a_tap_again(room: Bench) -> None:
    room.wait(31_000)
    assert room.station.desk.state is None
    room.wait(30_000)
    assert room.tap(RUTH) == "WELCOME"
    assert len(room.taps()) == 2


class Examiner:
    """An examination that ends when the test says so, and finds what the test says."""

    def __init__(self, found: Sequence[str]) -> None:
        self.may_end, self.has_ended = threading.Event(), threading.Event()
        self._found = found

    def __call__(self) -> Sequence[str]:
        self.may_end.wait(DEADLINE_S)
        self.has_ended.set()
        if "break" in self._found:
            msg = "while looking"
            raise RuntimeError(msg)
        return self._found


def settle(room: Bench, sign: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while room.signs()[-1]["sign"] != sign:
        assert time.monotonic() < end, room.signs()
        room.wait(250)


@pytest.mark.parametrize(
    ("found", "sign", "ok", "codes"),
    [
        ([], "DONE", True, []),
        (["disk", "clock"], "FAILED", False, ["disk", "clock"]),
        (["break"], "FAILED", False, ["self-test"]),
    ],
)
def test_a_self_test_shows_the_lamps_and_then_what_it_found(
    room: Bench, found: list[str], sign: str, *, ok: bool, codes: list[str]
) -> None:
    examiner = Examiner(found)
    room.station.examination = Examination(examiner)
    assert do(room, 3) == "LAMP_TEST"
    # However long it takes, nobody waits for it.
    room.wait(20_000)
    assert room.tap(ANA) == "WELCOME"
    examiner.may_end.set()
    settle(room, sign)
    assert staff_entries(room) == [{"did": "self-test", **WHO, "ok": ok, "found": codes}]


def test_the_lamps_are_seen_to_their_end_before_the_outcome(room: Bench) -> None:
    examiner = Examiner([])
    examiner.may_end.set()
    room.station.examination = Examination(examiner)
    choose(room, 3)
    room.react(room.present(RUTH))
    room.wait(2_000)
    assert examiner.has_ended.wait(DEADLINE_S)
    room.wait(LAMPS_MS - 250)
    assert room.signs()[-1]["sign"] == "LAMP_TEST"
    settle(room, "DONE")


def test_a_second_self_test_is_not_begun_while_one_is_under_way(room: Bench) -> None:
    examiner = Examiner([])
    room.station.examination = Examination(examiner)
    do(room, 3)
    shown = len(room.signs())
    do(room, 0)
    assert len(room.signs()) == shown
    examiner.may_end.set()
    settle(room, "DONE")
    assert len(staff_entries(room)) == 1


def test_a_card_that_left_while_the_station_was_busy_was_not_held(room: Bench) -> None:
    room.react(room.present(RUTH))
    left_ms = room.clock.raw_ms + 300
    room.clock.advance(5_000)
    room.react(Removed("nfc", left_ms))
    room.wait(250)
    assert staff_entries(room) == []
    assert room.station.desk.state is State.STAFF_TIME


class Once:
    """Upkeep that ends the loop at the first quiet moment."""

    def __init__(self, events: Events, stop: threading.Event) -> None:
        self._events, self._stop = events, stop

    def tick(self) -> None:
        if self._events.empty():
            self._stop.set()


def serve_all(room: Bench, *heard: ReaderEvent) -> None:
    events: Events = queue.SimpleQueue()
    for event in heard:
        events.put(event)
    stop = threading.Event()
    serve(events, room.station, room.panel, Once(events, stop), stop)


def test_a_card_whose_leaving_is_still_to_be_heard_of_was_not_held(room: Bench) -> None:
    laid = room.present(RUTH)
    # The disk kept the station busy for five seconds, and all was said meanwhile.
    room.clock.advance(5_000)
    serve_all(room, laid, Removed("nfc", laid.raw_ms + 300), room.present(ANA, "scanner"))
    assert staff_entries(room) == []
    assert room.station.desk.state is State.STAFF_TIME
    assert room.signs()[-1]["sign"] == "WELCOME"


class BrokenDesk(Desk):
    """A desk with a fault nobody thought of."""

    def pass_time(self, raw_ms: int) -> Wish | None:
        msg = f"at {raw_ms}"
        raise RuntimeError(msg)


def test_a_fault_in_staff_mode_keeps_no_tap_from_being_stored(bench: Bench) -> None:
    bench.station.desk = BrokenDesk()
    serve_all(bench, bench.present(ANA), Removed("nfc", bench.clock.raw_ms), bench.present(BEN))
    assert [sign["sign"] for sign in bench.signs()] == ["WELCOME", "WELCOME"]
    assert bench.entries(Kind.GAP) == []
