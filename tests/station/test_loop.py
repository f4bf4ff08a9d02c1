import queue
import threading
from pathlib import Path

import pytest

from station.journal import FILE_NAME, JournalReader
from station.loop import Events, answer, serve, show
from station.panel import Panel
from station.reader import Credential, ReaderDown, ReaderUp, Reason, Removed, TwoCards, Unreadable
from station.roster import Roster
from station.station import Answered, Station
from station.tap import Kind
from station.verdict import Sign, State, Verdict
from tests.fakes.station import ANA, BEN, CARA, KEY_ID, Bench, broken_disk, token_of


def test_a_known_card_is_welcomed_and_stored_as_a_token(bench: Bench) -> None:
    bench.expect(ANA)
    assert bench.tap(ANA) == "WELCOME"
    (tap,) = bench.taps()
    assert (tap.token, tap.key_id, tap.reader, tap.flags) == (token_of(ANA), KEY_ID, "nfc", {})
    stored = (bench.folder / FILE_NAME).read_bytes() + (bench.folder / f"{FILE_NAME}-wal").read_bytes()
    assert ANA.value.encode() not in stored


@pytest.mark.invariant(37)
def test_an_unknown_card_is_stored_like_any_other(bench: Bench) -> None:
    bench.expect(ANA)
    assert bench.tap(BEN) == "NOT_ON_ROSTER"
    assert [tap.token for tap in bench.taps()] == [token_of(BEN)]


@pytest.mark.invariant(37)
def test_a_station_that_never_had_a_roster_welcomes_everyone(bench: Bench) -> None:
    assert bench.tap(BEN) == "WELCOME"


def test_a_new_roster_holds_from_the_next_tap_on(bench: Bench) -> None:
    bench.expect(ANA)
    assert bench.tap(BEN) == "NOT_ON_ROSTER"
    bench.expect(ANA, BEN, version=2)
    bench.clock.advance(120_000)
    assert bench.tap(BEN) == "WELCOME"


@pytest.mark.invariant(37)
def test_a_broken_roster_does_not_keep_a_tap_from_being_stored(bench: Bench) -> None:
    bench.expect(ANA)
    bench.tap(ANA)
    bench.roster_file.write_text("{")
    assert bench.tap(BEN) == "NOT_ON_ROSTER"
    assert len(bench.taps()) == 2


class Witness:
    """A panel that looks into the journal, from outside, at the very moment it is told to show."""

    def __init__(self, folder: Path) -> None:
        self._reader = JournalReader(folder / FILE_NAME)
        self.seen: list[tuple[Sign, int]] = []

    def show(self, sign: Sign) -> None:
        epoch = self._reader.epochs()[-1]
        self.seen.append((sign, self._reader.head(epoch).seq))

    def close(self) -> None:
        pass


class StopAfter:
    """Upkeep that ends the loop once the queue is empty."""

    def __init__(self, events: Events, stop: threading.Event) -> None:
        self._events = events
        self._stop = stop

    def tick(self) -> None:
        if self._events.empty():
            self._stop.set()


def serve_all(bench: Bench, panel: Panel, *credentials: Credential) -> None:
    events: Events = queue.SimpleQueue()
    for credential in credentials:
        events.put(bench.present(credential))
        events.put(Removed("nfc", bench.clock.raw_ms))
    stop = threading.Event()
    serve(events, bench.station, panel, StopAfter(events, stop), stop)


@pytest.mark.invariant(1)
def test_the_panel_turns_green_only_when_another_process_could_read_the_tap(bench: Bench) -> None:
    witness = Witness(bench.folder)
    serve_all(bench, witness, ANA, BEN)
    # The genesis is entry 1; each green found its own tap stored already.
    assert witness.seen == [(Verdict.WELCOME, 2), (Verdict.WELCOME, 3)]


def test_each_sign_names_the_entry_it_answers(bench: Bench) -> None:
    serve_all(bench, bench.panel, ANA, ANA, BEN)
    assert [(sign["sign"], sign["seq"]) for sign in bench.signs()] == [
        ("WELCOME", 2),
        ("ALREADY_TAPPED", None),
        ("WELCOME", 3),
    ]


def test_a_lost_tap_may_be_tried_again_at_once(bench: Bench) -> None:
    with broken_disk(bench.journal):
        assert answer(bench.present(ANA), bench.station) is Verdict.NOT_RECORDED
    assert answer(bench.present(ANA), bench.station) is Verdict.WELCOME


@pytest.mark.invariant(1, 5)
def test_a_lost_tap_is_never_shown_as_stored_and_names_no_entry(bench: Bench) -> None:
    with broken_disk(bench.journal):
        assert [bench.tap(ANA), bench.tap(ANA), bench.tap(BEN)] == ["NOT_RECORDED"] * 3
    assert [sign["seq"] for sign in bench.signs()] == [None] * 3
    assert bench.taps() == []


@pytest.mark.invariant(5)
def test_lost_taps_are_journalled_as_a_gap_before_the_first_that_is_stored_again(bench: Bench) -> None:
    with broken_disk(bench.journal):
        bench.tap(ANA)
        bench.tap(BEN)
    assert bench.tap(ANA) == "WELCOME"
    bench.clock.advance(120_000)
    bench.tap(ANA)
    assert [entry.kind for entry in bench.entries()] == [Kind.GENESIS, Kind.GAP, Kind.TAP, Kind.TAP]
    (gap,) = bench.entries(Kind.GAP)
    assert gap.payload == {"lost": 2, "reason": "SQLITE_READONLY"}
    assert bench.signs()[-2]["seq"] == 3


def test_what_a_station_owes_from_its_start_comes_before_anything_else(bench: Bench) -> None:
    bench.station.losses.owed.append((Kind.BOOT, {"boot_id": "a", "sw": "0.1.0", "clean": True}))
    with broken_disk(bench.journal):
        bench.tap(ANA)
    bench.tap(ANA)
    bench.tap(BEN)
    kinds = [entry.kind for entry in bench.entries()]
    assert kinds == [Kind.GENESIS, Kind.BOOT, Kind.GAP, Kind.TAP, Kind.TAP]


def test_a_tap_lost_after_an_old_one_may_be_tried_again_at_once(bench: Bench) -> None:
    bench.tap(ANA)
    bench.clock.advance(120_000)
    with broken_disk(bench.journal):
        assert bench.tap(ANA) == "NOT_RECORDED"
    bench.clock.advance(1_000)
    assert bench.tap(ANA) == "WELCOME"


def test_a_card_back_within_5_s_gets_no_entry_and_is_counted_in_the_next(bench: Bench) -> None:
    bench.tap(ANA)
    for _ in range(2):
        bench.clock.advance(5_000)
        assert bench.tap(ANA) == "ALREADY_TAPPED"
    bench.clock.advance(60_001)
    assert bench.tap(ANA) == "WELCOME"
    assert [tap.flags for tap in bench.taps()] == [{}, {"merged": 2}]


def test_a_card_back_within_a_minute_is_stored_and_flagged(bench: Bench) -> None:
    bench.tap(ANA)
    bench.clock.advance(5_001)
    assert bench.tap(ANA) == "ALREADY_TAPPED"
    bench.clock.advance(60_000)
    assert bench.tap(ANA) == "ALREADY_TAPPED"
    bench.clock.advance(60_001)
    assert bench.tap(ANA) == "WELCOME"
    assert [tap.flags for tap in bench.taps()] == [{}, {"repeat": 1}, {"repeat": 1}, {}]


def test_two_students_one_after_the_other_are_two_taps(bench: Bench) -> None:
    assert bench.tap(ANA) == "WELCOME"
    bench.clock.advance(300)
    assert bench.tap(BEN) == "WELCOME"
    assert bench.tap(CARA, reader="scanner") == "WELCOME"
    assert [tap.reader for tap in bench.taps()] == ["nfc", "nfc", "scanner"]


def test_two_cards_at_once_are_read_again_and_counted_in_the_next_tap(bench: Bench) -> None:
    bench.react(TwoCards("nfc"))
    assert bench.signs()[-1]["sign"] == "READ_AGAIN"
    assert bench.taps() == []
    bench.tap(CARA, reader="scanner")
    bench.tap(ANA)
    bench.tap(BEN)
    assert [tap.flags for tap in bench.taps()] == [{}, {"two_cards": 1}, {}]


@pytest.mark.parametrize("reason", [Reason.TORN, Reason.TOO_SLOW, Reason.MALFORMED])
def test_a_card_torn_away_is_to_be_held_again(bench: Bench, reason: Reason) -> None:
    bench.react(Unreadable("nfc", reason))
    assert bench.signs()[-1]["sign"] == "READ_AGAIN"
    assert bench.taps() == []


@pytest.mark.parametrize(
    ("reason", "flag"),
    [
        (Reason.RANDOM_UID, "random_uid"),
        (Reason.FOREIGN, "foreign"),
        (Reason.PLAIN_MIRROR, "plain_mirror"),
    ],
)
def test_a_thing_with_no_number_of_its_own_is_stored_without_a_token(
    bench: Bench, reason: Reason, flag: str
) -> None:
    bench.react(Unreadable("nfc", reason))
    assert bench.signs()[-1] == {"sign": "SEE_TEACHER", "seq": 2, "raw_ms": bench.clock.raw_ms}
    (tap,) = bench.taps()
    assert (tap.token, tap.key_id, tap.reader, tap.flags) == (None, None, "nfc", {flag: 1})
    # The same thing again at once is no second entry; a minute later it is.
    bench.clock.advance(5_000)
    bench.react(Unreadable("nfc", reason))
    assert len(bench.taps()) == 1
    bench.clock.advance(60_001)
    bench.react(Unreadable("nfc", reason))
    assert [tap.flags for tap in bench.taps()] == [{flag: 1}, {flag: 1, "merged": 1}]


def test_a_thing_that_could_not_be_stored_is_not_sent_to_the_teacher(bench: Bench) -> None:
    with broken_disk(bench.journal):
        bench.react(Unreadable("nfc", Reason.FOREIGN))
    assert bench.signs()[-1]["sign"] == "NOT_RECORDED"


def test_a_reader_that_comes_and_goes_shows_nothing_by_itself(bench: Bench) -> None:
    for event in (ReaderUp("nfc"), ReaderDown("nfc", "unplugged"), Removed("nfc", 0)):
        bench.react(event)
    assert bench.signs() == []


class BrokenRoster:
    """A roster whose reading fails in a way nobody thought of."""

    def current(self) -> Roster | None:
        msg = "nobody thought of it"
        raise RuntimeError(msg)


@pytest.mark.invariant(5)
def test_a_fault_nobody_thought_of_is_never_green_and_does_not_end_the_station(bench: Bench) -> None:
    sound = bench.station.roster
    bench.station.roster = BrokenRoster()
    serve_all(bench, bench.panel, ANA)
    assert [sign["sign"] for sign in bench.signs()] == ["NOT_RECORDED"]
    bench.station.roster = sound
    bench.clock.advance(6_000)
    assert bench.tap(BEN) == "WELCOME"
    # It may have been stored or not: whoever counts the day is told that one is in doubt.
    assert [entry.payload for entry in bench.entries(Kind.GAP)] == [{"lost": 1, "reason": "RuntimeError"}]


class BrokenUpkeep(StopAfter):
    """Upkeep that fails before it ends the loop."""

    def tick(self) -> None:
        super().tick()
        msg = "nobody thought of it"
        raise RuntimeError(msg)


def test_an_upkeep_that_breaks_does_not_keep_taps_from_being_stored(bench: Bench) -> None:
    events: Events = queue.SimpleQueue()
    for credential in (ANA, BEN):
        events.put(bench.present(credential))
    stop = threading.Event()
    serve(events, bench.station, bench.panel, BrokenUpkeep(events, stop), stop)
    assert len(bench.taps()) == 2


class BrokenPanel:
    """A panel whose wire is cut."""

    def show(self, sign: Sign) -> None:
        raise OSError(5, f"cannot show {sign.name}")

    def close(self) -> None:
        pass


def test_a_panel_that_fails_does_not_keep_taps_from_being_stored(bench: Bench) -> None:
    serve_all(bench, BrokenPanel(), ANA)
    assert len(bench.taps()) == 1


def test_the_secret_key_is_not_in_the_stations_repr(bench: Bench) -> None:
    assert repr(bench.station.key) not in repr(bench.station)
    assert isinstance(bench.station, Station)
    assert bench.station.answered == Answered()


def test_a_sign_is_shown_as_it_is(bench: Bench) -> None:
    show(bench.panel, State.READY)
    assert bench.signs()[-1]["sign"] == "READY"
