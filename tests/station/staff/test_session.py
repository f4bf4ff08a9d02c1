import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.staff.session import HOLD_MS, IDLE_MS, Act, Desk, Wish
from station.verdict import State

RUTH = b"r" * 16
SAM = b"s" * 16


@pytest.fixture
def desk() -> Desk:
    """A desk at which Ruth has held her card for two seconds, and taken it away at 3 s."""
    desk = Desk()
    desk.lay("nfc", RUTH, 0)
    assert desk.pass_time(HOLD_MS) is None
    assert desk.lift("nfc", 3_000) is None
    return desk


def tap(desk: Desk, raw_ms: int, token: bytes = RUTH) -> Wish | None:
    desk.lay("nfc", token, raw_ms)
    return desk.lift("nfc", raw_ms + 200)


def test_a_card_held_for_two_seconds_opens_a_session() -> None:
    desk = Desk()
    desk.lay("nfc", RUTH, 0)
    desk.pass_time(HOLD_MS - 1)
    assert (desk.state, desk.is_holder(RUTH)) == (None, False)
    desk.pass_time(HOLD_MS)
    assert (desk.state, desk.is_holder(RUTH), desk.is_holder(SAM)) == (State.STAFF_OUTAGE, True, False)


def test_an_ordinary_tap_of_staff_opens_nothing() -> None:
    desk = Desk()
    tap(desk, 0)
    desk.pass_time(HOLD_MS)
    assert desk.state is None


def test_a_hold_nobody_looked_after_in_time_counts_when_the_card_leaves() -> None:
    desk = Desk()
    desk.lay("nfc", RUTH, 0)
    desk.lift("nfc", HOLD_MS)
    assert desk.state is State.STAFF_OUTAGE


def test_short_taps_go_round_the_choices(desk: Desk) -> None:
    seen = []
    for number in range(4):
        assert tap(desk, 4_000 + 1_000 * number) is None
        seen.append(desk.state)
    assert seen == [State.STAFF_TIME, State.STAFF_ENROL, State.STAFF_SELF_TEST, State.STAFF_OUTAGE]


@pytest.mark.parametrize(("taps", "act"), list(enumerate(Act)))
def test_a_hold_does_what_was_chosen_once(desk: Desk, taps: int, act: Act) -> None:
    for number in range(taps):
        tap(desk, 4_000 + 1_000 * number)
    desk.lay("nfc", RUTH, 10_000)
    assert desk.pass_time(10_000 + HOLD_MS) == Wish(act, RUTH, "nfc")
    assert desk.pass_time(10_000 + 2 * HOLD_MS) is None
    assert desk.lift("nfc", 10_000 + 3 * HOLD_MS) is None


def test_the_hold_that_opens_a_session_does_nothing_else(desk: Desk) -> None:
    assert desk.state is State.STAFF_OUTAGE
    assert desk.pass_time(4_000) is None


def test_a_session_nobody_uses_is_over_after_thirty_seconds(desk: Desk) -> None:
    tap(desk, 20_000)
    states = []
    for raw_ms in (20_200 + IDLE_MS - 1, 20_200 + IDLE_MS):
        desk.pass_time(raw_ms)
        states.append(desk.state)
    assert states == [State.STAFF_TIME, None]
    assert not desk.is_holder(RUTH)


def test_a_session_does_not_end_under_a_gesture(desk: Desk) -> None:
    desk.lay("nfc", RUTH, IDLE_MS)
    assert desk.pass_time(IDLE_MS + HOLD_MS) == Wish(Act.OUTAGE, RUTH, "nfc")


def test_a_card_left_on_the_reader_keeps_no_session_open() -> None:
    desk = Desk()
    desk.lay("nfc", RUTH, 0)
    for raw_ms in range(0, HOLD_MS + IDLE_MS + 250, 250):
        desk.pass_time(raw_ms)
    assert desk.state is None
    assert desk.lift("nfc", 90_000) is None


def test_another_staff_card_neither_chooses_nor_does_anything(desk: Desk) -> None:
    tap(desk, 4_000, SAM)
    desk.lay("nfc", SAM, 5_000)
    assert desk.pass_time(5_000 + HOLD_MS) is None
    assert desk.state is State.STAFF_OUTAGE


def test_a_card_on_a_reader_that_went_blind_makes_no_gesture(desk: Desk) -> None:
    desk.lay("nfc", RUTH, 4_000)
    desk.forget("nfc")
    assert desk.pass_time(4_000 + HOLD_MS) is None
    assert desk.lift("nfc", 4_100) is None
    assert desk.state is State.STAFF_OUTAGE


def test_enrolling_waits_for_one_card_until_it_came_or_another_choice_is_made(desk: Desk) -> None:
    assert desk.awaited("nfc") is None
    desk.ask("staff:enrol", "scanner", 4_000)
    assert desk.state is State.STAFF_AWAITS_CARD
    assert desk.awaited("nfc") == Wish(Act.ENROL, RUTH, "nfc")
    desk.enrolled(5_000)
    assert (desk.state, desk.awaited("nfc")) == (State.STAFF_ENROL, None)
    desk.ask("staff:enrol", "scanner", 6_000)
    tap(desk, 7_000)
    assert (desk.state, desk.awaited("nfc")) == (State.STAFF_SELF_TEST, None)


@pytest.mark.parametrize(
    ("line", "act", "says_ms"),
    [
        ("staff:outage", Act.OUTAGE, None),
        ("staff:enrol", Act.ENROL, None),
        ("staff:self-test", Act.SELF_TEST, None),
        ("staff:time", Act.TIME, None),
        ("staff:time:2026-11-20T17:05Z", Act.TIME, 1_795_194_300_000),
        ("staff:time:2026-11-20T17:05:00.250+00:00", Act.TIME, 1_795_194_300_250),
        ("staff:time:2026-11-20T09:05:00-08:00", Act.TIME, 1_795_194_300_000),
    ],
)
def test_a_scanned_line_chooses_and_does_at_once(
    desk: Desk, line: str, act: Act, says_ms: int | None
) -> None:
    assert desk.ask(line, "scanner", 4_000) == Wish(act, RUTH, "scanner", says_ms)


@pytest.mark.parametrize(
    "line",
    [
        "staff:dance",
        "staff:",
        "staff:time:noon",
        "staff:time:2026-11-20T17:05",
        "staff:time:1960-01-01T00:00Z",
        "staff:outage:2026-11-20T17:05Z",
        "staff:enrol:x",
    ],
)
def test_a_scanned_line_that_means_nothing_does_nothing(desk: Desk, line: str) -> None:
    assert desk.ask(line, "scanner", 4_000) is None
    assert desk.state is State.STAFF_OUTAGE


def test_a_scanned_line_without_a_session_does_nothing() -> None:
    assert Desk().ask("staff:outage", "scanner", 0) is None


MOVES = st.tuples(
    st.sampled_from(["lay", "lift", "blind", "wait", "line"]),
    st.sampled_from([RUTH, SAM]),
    st.sampled_from(["nfc", "scanner"]),
    st.integers(0, 40_000),
)


def make(move: str, desk: Desk, token: bytes, reader: str, raw_ms: int) -> Wish | None:
    match move:
        case "lay":
            desk.lay(reader, token, raw_ms)
        case "blind":
            desk.forget(reader)
        case "lift":
            return desk.lift(reader, raw_ms)
        case "wait":
            return desk.pass_time(raw_ms)
        case "line":
            return desk.ask("staff:outage", reader, raw_ms)
    return None


@given(st.lists(MOVES, max_size=40))
def test_only_the_holder_of_an_open_session_ever_gets_anything_done(
    moves: list[tuple[str, bytes, str, int]],
) -> None:
    desk, raw_ms = Desk(), 0
    for move, token, reader, gap_ms in moves:
        raw_ms += gap_ms
        holder = next((card for card in (RUTH, SAM) if desk.is_holder(card)), None)
        wish = make(move, desk, token, reader, raw_ms)
        assert (desk.state is None) == (not any(desk.is_holder(card) for card in (RUTH, SAM)))
        assert wish is None or wish.token == holder
