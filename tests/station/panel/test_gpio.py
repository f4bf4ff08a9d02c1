from collections.abc import Callable, Iterator, Sequence

import pytest

from station.panel.gpio import GpioPanel
from station.panel.patterns import Lamp, Pattern, pattern
from station.panel.settings import Pins
from station.verdict import Notice, Sign, State, Verdict
from tests.fakes.board import Board, Edge, LgpioError
from tests.fakes.pace import HandPace
from tests.fakes.senses import spans

PIN_OF = {Lamp.LEFT: 17, Lamp.MIDDLE: 27, Lamp.RIGHT: 22, Lamp.STATUS: 23, None: 18}
PINS = set(PIN_OF.values())


class Bench:
    """A panel on a board, both on a clock moved by hand."""

    def __init__(self, board: type[Board] = Board, *, quiet: bool = False) -> None:
        self.pace = HandPace()
        self.board = board(lambda: self.pace.now_ms)
        self.panel = GpioPanel(Pins(), self.board, quiet=quiet, wait=self.pace.wait)
        self.pace.settle()

    def show(self, sign: Sign) -> None:
        """Show a sign and let the panel do all it does at this moment."""
        self.panel.show(sign)
        self.pace.settle()

    def edges_during(self, ms: int) -> list[Edge]:
        """Return what changes in the next milliseconds, with times counted from now."""
        began_ms, before = self.pace.now_ms, len(self.board.edges)
        self.pace.advance(ms)
        return [edge._replace(at_ms=edge.at_ms - began_ms) for edge in self.board.since(before)]

    def lit(self) -> set[int]:
        """Return the pins that are on now."""
        return {pin for pin, level in self.board.levels.items() if level}


@pytest.fixture
def make() -> Iterator[Callable[..., Bench]]:
    benches = list[Bench]()

    def begin(board: type[Board] = Board, *, quiet: bool = False) -> Bench:
        benches.append(Bench(board, quiet=quiet))
        return benches[-1]

    yield begin
    for bench in benches:
        bench.panel.close()


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()


def expected(shape: Pattern) -> set[Edge]:
    """Return the edges of one round of a pattern that begins in the dark."""
    total_ms = sum(step.ms for step in shape.steps)
    edges = set[Edge]()
    for lamp, pin in PIN_OF.items():
        for start, end in spans(shape, lamp):
            edges |= {Edge(start, pin, 1)} | ({Edge(end, pin, 0)} if end < total_ms else set())
    return edges


@pytest.mark.parametrize("quiet", [False, True], ids=["loud", "quiet"])
@pytest.mark.parametrize("sign", [*Verdict, *State, *Notice], ids=lambda sign: sign.name)
def test_every_pin_turns_at_the_moment_the_pattern_says(
    make: Callable[..., Bench], sign: Sign, *, quiet: bool
) -> None:
    bench, shape = make(quiet=quiet), pattern(sign, quiet=quiet)
    before = len(bench.board.edges)
    bench.show(sign)
    bench.edges_during(sum(step.ms for step in shape.steps) - 1)
    assert set(bench.board.since(before)) == expected(shape)


def test_all_pins_are_claimed_low_and_nothing_blinks_at_the_start(bench: Bench) -> None:
    bench.pace.advance(60_000)
    assert bench.board.edges == [Edge(0, pin, 0) for pin in (17, 27, 22, 23, 18)]


@pytest.mark.parametrize("at_ms", [0, 1, 119, 500, 999])
def test_a_new_verdict_is_seen_at_once_and_not_after_the_running_step(bench: Bench, at_ms: int) -> None:
    bench.show(Verdict.WELCOME)
    bench.pace.advance(at_ms)
    before = len(bench.board.edges)
    bench.show(Verdict.SEE_TEACHER)
    edges = bench.board.since(before)
    assert Edge(at_ms, 22, 1) in edges
    assert Edge(at_ms, 17, 0) in edges
    assert bench.lit() == {22, 18}


def test_a_verdict_is_seen_at_once_in_the_middle_of_any_state(bench: Bench) -> None:
    for state in State:
        bench.show(state)
        bench.pace.advance(50)
        bench.show(Verdict.WELCOME)
        assert bench.lit() - {23} == {17, 18}, state
        assert (23 in bench.lit()) == (state is State.OFFLINE)
        bench.pace.advance(2_400)


def test_the_same_verdict_twice_begins_again(bench: Bench) -> None:
    bench.show(Verdict.WELCOME)
    bench.pace.advance(900)
    bench.show(Verdict.WELCOME)
    assert bench.lit() == {17, 18}
    bench.pace.advance(999)
    assert bench.lit() == {17}
    bench.pace.advance(1)
    assert bench.lit() == set()


def test_a_verdict_gives_way_to_the_state_behind_it(bench: Bench) -> None:
    bench.show(State.READER_DOWN)
    bench.show(Verdict.ALREADY_TAPPED)
    assert {edge.pin for edge in bench.edges_during(959)} == {17, 18}
    assert bench.edges_during(1) == [Edge(1, 23, 1)]


def test_a_state_does_not_cut_an_answer_short(bench: Bench) -> None:
    bench.show(Verdict.ALREADY_TAPPED)
    bench.show(State.READER_DOWN)
    assert {edge.pin for edge in bench.edges_during(959)} == {17, 18}
    assert bench.edges_during(1) == [Edge(1, 23, 1)]


def test_a_welcome_says_so_while_central_is_out_of_reach(bench: Bench) -> None:
    bench.show(State.OFFLINE)
    bench.show(Verdict.WELCOME)
    assert bench.lit() == {17, 23, 18}
    assert bench.edges_during(1_600) == [
        Edge(120, 18, 0),
        Edge(400, 23, 0),
        Edge(800, 23, 1),
        Edge(1_200, 23, 0),
        Edge(1_600, 17, 0),
    ]
    # Dark first, then the state's own two blinks.
    assert bench.edges_during(800) == [Edge(800, 23, 1)]
    bench.show(State.READY)
    bench.show(Verdict.WELCOME)
    assert bench.lit() == {17, 18}


def test_the_alarm_stands_until_a_state_says_it_is_put_right(bench: Bench) -> None:
    bench.show(State.OFFLINE)
    bench.show(Verdict.NOT_RECORDED)
    bench.pace.advance(60_000)
    assert bench.lit() == PINS
    # A card torn away too early proves nothing about the disk.
    bench.show(Verdict.READ_AGAIN)
    bench.pace.advance(960)
    assert bench.lit() == PINS
    bench.show(State.READY)
    assert bench.lit() == set()


@pytest.mark.parametrize("stored", [Verdict.WELCOME, Verdict.NOT_ON_ROSTER])
def test_the_alarm_ends_with_the_first_tap_that_is_stored(bench: Bench, stored: Verdict) -> None:
    bench.show(Verdict.NOT_RECORDED)
    bench.show(stored)
    bench.pace.advance(1_500)
    assert bench.lit() == set()


def test_an_alarm_takes_the_place_of_a_welcome_at_once(bench: Bench) -> None:
    bench.show(Verdict.WELCOME)
    bench.show(Verdict.NOT_RECORDED)
    assert bench.lit() == PINS


def test_a_stop_puts_everything_out_before_the_pins_are_given_back(bench: Bench) -> None:
    bench.show(Verdict.NOT_RECORDED)
    before = len(bench.board.edges)
    bench.panel.close()
    edges = bench.board.since(before)
    assert edges[:5] == [Edge(0, pin, 0) for pin in (17, 27, 22, 23, 18)]
    assert edges[5:] == [Edge(0, pin, None) for pin in (17, 27, 22, 23, 18)]
    bench.panel.show(Verdict.WELCOME)
    bench.panel.close()
    assert bench.board.since(before) == edges


def test_the_pins_are_those_of_the_settings() -> None:
    board = Board()
    panel = GpioPanel(Pins(left=9, middle=10, right=11, status=12, buzzer=13), board)
    assert set(board.levels) == {9, 10, 11, 12, 13}
    panel.close()


class Shaken(Board):
    """A board whose outputs fail for a while, once something is lit."""

    faults = 1

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        if self.faults and not isinstance(value, int) and any(value):
            self.faults -= 1
            msg = "bad GPIO write"
            raise LgpioError(msg)
        super().output(channel, value)


def test_a_panel_that_breaks_goes_dark_and_shows_again_two_seconds_later(
    make: Callable[..., Bench],
) -> None:
    bench = make(Shaken)
    bench.show(State.READER_DOWN)
    assert bench.board.levels == {}
    assert bench.edges_during(1_999) == []
    edges = bench.edges_during(1)
    assert edges[:5] == [Edge(1, pin, 0) for pin in (17, 27, 22, 23, 18)]
    assert edges[5:] == [Edge(1, 23, 1)]
