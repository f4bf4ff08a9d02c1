"""One contract that every panel keeps."""

import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.clock import HandClock
from station.errors import PanelError
from station.panel import Panel
from station.panel.gpio import GpioPanel, open_gpio, pulse
from station.panel.patterns import Lamp, pattern
from station.panel.recorded import RecordedPanel
from station.panel.settings import Pins
from station.panel.terminal import TerminalPanel, draw
from station.verdict import Sign, State, Verdict

DEADLINE_S = 20.0
SIGNS: list[Sign] = [*Verdict, *State]


class Board:
    """A stand-in for the GPIO library that keeps the level of each pin and every change of them."""

    BCM = 11
    OUT = 0

    def __init__(self) -> None:
        self.levels: dict[int, int] = {}
        self.history: list[dict[int, int]] = []
        self.changed = threading.Condition()
        self.numbering: int | None = None
        self.looked_at = 0

    def setwarnings(self, flag: int, /) -> None:
        assert not flag

    def setmode(self, mode: int, /) -> None:
        self.numbering = mode

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        assert self.numbering == self.BCM
        assert direction == self.OUT
        self._change(channel, initial)

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        pins = [channel] if isinstance(channel, int) else channel
        assert set(pins) <= set(self.levels), "a pin must be set up before it is used"
        self._change(channel, value)

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        with self.changed:
            for pin in [channel] if isinstance(channel, int) else channel:
                del self.levels[pin]
            self.changed.notify_all()

    def _change(self, channel: Sequence[int] | int, value: Sequence[int] | int) -> None:
        pins = [channel] if isinstance(channel, int) else list(channel)
        values = [value] * len(pins) if isinstance(value, int) else list(value)
        with self.changed:
            self.levels |= dict(zip(pins, values, strict=True))
            self.history.append(dict(self.levels))
            self.changed.notify_all()

    def await_levels(self, **lit: bool) -> None:
        """Wait until exactly these outputs were on, after those awaited before."""
        pins = {17: "left", 27: "middle", 22: "right", 23: "status", 18: "buzzer"}
        wanted = {pin: int(lit.get(name, False)) for pin, name in pins.items()}
        with self.changed:
            # Looked for in the history, since a busy machine may wake this thread too late to see it.
            found = self.changed.wait_for(lambda: wanted in self.history[self.looked_at :], DEADLINE_S)
            assert found, self.history
            self.looked_at = self.history.index(wanted, self.looked_at) + 1


@dataclass
class Case:
    """One panel and a way to learn that it showed something for a sign."""

    panel: Panel
    has_shown: Callable[[Sign], bool]
    is_dark: Callable[[], bool]


def gpio_case(_folder: Path) -> Case:
    board = Board()

    def has_shown(sign: Sign) -> bool:
        first = pattern(sign).steps[0]
        lamps = {Lamp.LEFT: 17, Lamp.MIDDLE: 27, Lamp.RIGHT: 22, Lamp.STATUS: 23}
        wanted = {pin: int(lamp in first.lamps) for lamp, pin in lamps.items()} | {18: int(first.sounds)}
        with board.changed:
            return board.changed.wait_for(lambda: wanted in board.history, DEADLINE_S)

    return Case(GpioPanel(Pins(), board), has_shown, lambda: not board.levels)


def terminal_case(_folder: Path) -> Case:
    stream = io.StringIO()
    return Case(TerminalPanel(stream), lambda sign: draw(sign) in stream.getvalue(), lambda: True)


def recorded_case(folder: Path) -> Case:
    file = folder / "panel.jsonl"
    panel = RecordedPanel(file, HandClock(), lambda: None)
    return Case(panel, lambda sign: f'"sign": "{sign.name}"' in file.read_text(), lambda: True)


@pytest.fixture(params=[gpio_case, terminal_case, recorded_case])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    case: Case = request.param(tmp_path)
    yield case
    case.panel.close()


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_a_panel_shows_every_sign(case: Case, sign: Sign) -> None:
    case.panel.show(sign)
    assert case.has_shown(sign)


def test_a_panel_takes_signs_faster_than_they_can_be_played(case: Case) -> None:
    for sign in SIGNS * 20:
        case.panel.show(sign)
    case.panel.show(Verdict.NOT_RECORDED)
    assert case.has_shown(Verdict.NOT_RECORDED)


def test_a_closed_panel_is_dark_and_shows_nothing_more(case: Case) -> None:
    case.panel.show(Verdict.NOT_RECORDED)
    case.panel.close()
    case.panel.close()
    assert case.is_dark()
    case.panel.show(Verdict.WELCOME)
    assert case.is_dark()


def test_a_verdict_gives_way_to_the_state_behind_it() -> None:
    board = Board()
    panel = GpioPanel(Pins(), board)
    panel.show(State.READER_DOWN)
    board.await_levels(status=True)
    panel.show(Verdict.ALREADY_TAPPED)
    board.await_levels(left=True, buzzer=True)
    board.await_levels(status=True)
    panel.close()


def test_a_state_does_not_cut_a_verdict_short() -> None:
    board = Board()
    panel = GpioPanel(Pins(), board)
    panel.show(Verdict.ALREADY_TAPPED)
    board.await_levels(left=True, buzzer=True)
    panel.show(State.READER_DOWN)
    board.await_levels(status=True)
    panel.close()
    lit = [[level[17], level[18], level[23]] for level in board.history]
    # Both blinks with their beeps were played before the status lamp came on.
    assert [1, 0, 0] in lit
    assert lit.count([1, 1, 0]) == 2
    assert lit.index([0, 0, 1]) > max(n for n, level in enumerate(lit) if level[0])


def test_the_alarm_goes_on_until_a_state_says_it_is_put_right() -> None:
    board = Board()
    panel = GpioPanel(Pins(), board)
    panel.show(Verdict.NOT_RECORDED)
    everything = {"left": True, "middle": True, "right": True, "status": True}
    for _ in range(2):
        board.await_levels(**everything, buzzer=True)
        board.await_levels(**everything)
    panel.show(State.READY)
    board.await_levels()
    panel.close()


def test_a_new_verdict_takes_the_place_of_one_still_being_shown() -> None:
    board = Board()
    panel = GpioPanel(Pins(), board)
    panel.show(Verdict.WELCOME)
    board.await_levels(left=True, buzzer=True)
    panel.show(Verdict.SEE_TEACHER)
    board.await_levels(right=True, buzzer=True)
    panel.close()
    # The left lamp's second, silent part was never reached.
    assert {17: 1, 27: 0, 22: 0, 23: 0, 18: 0} not in board.history


def test_a_quiet_panel_never_sounds() -> None:
    board = Board()
    panel = GpioPanel(Pins(), board, quiet=True)
    panel.show(Verdict.ALREADY_TAPPED)
    board.await_levels(left=True)
    board.await_levels()
    panel.close()
    assert all(levels.get(18, 0) == 0 for levels in board.history)


def test_the_pins_are_those_of_the_settings() -> None:
    board = Board()
    panel = GpioPanel(Pins(left=9, middle=10, right=11, status=12, buzzer=13), board)
    assert set(board.levels) == {9, 10, 11, 12, 13}
    panel.close()


class Unplugged(Board):
    """A board whose outputs fail once the panel runs."""

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        msg = f"{channel} cannot be {value}"
        raise OSError(msg)


def test_pins_are_given_back_even_when_the_board_fails() -> None:
    board = Unplugged()
    panel = GpioPanel(Pins(), board)
    with board.changed:
        assert board.changed.wait_for(lambda: not board.levels, DEADLINE_S)
    panel.show(Verdict.WELCOME)
    panel.close()


class Refusing(Board):
    """A board that does not give its pins."""

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        msg = f"{channel} {direction} {initial} busy"
        raise RuntimeError(msg)


def test_pins_that_cannot_be_had_are_one_clear_error() -> None:
    with pytest.raises(PanelError, match=r"correct \[panel.pins\]"):
        GpioPanel(Pins(), Refusing())


@pytest.mark.parametrize(
    "error", [ImportError("no module"), RuntimeError("Cannot determine SOC peripheral base")]
)
def test_a_machine_without_pins_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(name: str, *_rest: object) -> object:
        if name == "RPi":
            raise error
        return real(name, *_rest)  # type: ignore[arg-type]  # whatever came is passed on

    import builtins

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(PanelError, match=r"install rollbook\[pi\]") as caught:
        open_gpio()
    assert caught.value.exit_code == 69


def test_a_reset_holds_the_pin_low_for_a_tenth_of_a_second() -> None:
    board, waits = Board(), list[float]()
    pulse(board, 25, waits.append)
    assert [levels[25] for levels in board.history] == [1, 0, 1]
    assert waits == [0.1]


def test_every_recorded_sign_names_its_entry_and_its_moment(tmp_path: Path) -> None:
    clock, answers = HandClock(raw_ms=7), [None, 4711]
    panel = RecordedPanel(tmp_path / "panel.jsonl", clock, lambda: answers[-1])
    panel.show(Verdict.WELCOME)
    answers.append(None)
    clock.advance(1)
    panel.show(State.READY)
    # Read before it is closed: each line is there at once.
    lines = (tmp_path / "panel.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sign": "WELCOME", "seq": 4711, "raw_ms": 7},
        {"sign": "READY", "seq": None, "raw_ms": 8},
    ]
    panel.close()


def test_a_record_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PanelError, match="record_to"):
        RecordedPanel(tmp_path / "nowhere" / "panel.jsonl", HandClock(), lambda: None)


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_sign_is_drawn_by_position_rhythm_sound_and_word() -> None:
    assert draw(Verdict.WELCOME) == (
        "[L][ ][ ][ ] light LLLLLLLLLL            sound o.........            WELCOME"
    )
    assert draw(Verdict.READ_AGAIN).startswith("[ ][M][R][ ] light MMRMRMRRMR")
    assert draw(Verdict.NOT_RECORDED) == (
        "[L][M][R][S] light #.#.#.#.#.          + sound ooooo.....          + NOT RECORDED"
    )
    assert "o" not in draw(Verdict.WELCOME, quiet=True).removesuffix("WELCOME").split("sound")[1]


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_colour_only_adds_to_what_a_plain_line_says(sign: Sign) -> None:
    coloured = draw(sign, colour=True)
    for code in (32, 33, 31, 36):
        coloured = coloured.replace(f"\x1b[1;{code}m", "")
    assert coloured.replace("\x1b[0m", "") == draw(sign)


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    panel = TerminalPanel(stream)
    panel.show(State.READY)
    panel.show(Verdict.WELCOME)
    panel.close()
    assert stream.getvalue() == f"{draw(State.READY)}\n{draw(Verdict.WELCOME)}\n"


def test_a_terminal_keeps_each_verdict_and_draws_states_over() -> None:
    screen = Screen()
    panel = TerminalPanel(screen)
    for sign in (State.READER_DOWN, State.READY, Verdict.WELCOME, State.READY):
        panel.show(sign)
    panel.close()
    lines = screen.getvalue().split("\n")
    assert [line.split("\x1b[2K")[-1] for line in lines] == [
        draw(State.READY, colour=True),
        draw(Verdict.WELCOME, colour=True),
        draw(State.READY, colour=True),
        "",
    ]
