import builtins
from collections.abc import Sequence

import pytest

from station.errors import PanelError
from station.panel import gpio
from station.panel.gpio import GpioPanel, open_gpio, pulse
from station.panel.settings import Pins
from station.verdict import State, Verdict
from tests.fakes.board import DEADLINE_S, Board


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


class Shaken(Board):
    """A board whose first outputs fail."""

    def __init__(self) -> None:
        super().__init__()
        self.faults = 2

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        if self.faults:
            self.faults -= 1
            raise OSError(5, "shaken")
        super().output(channel, value)


def test_a_panel_that_broke_shows_again_once_the_board_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpio, "_AGAIN_S", 0.01)
    board = Shaken()
    panel = GpioPanel(Pins(), board)
    panel.show(Verdict.NOT_RECORDED)
    board.await_levels(left=True, middle=True, right=True, status=True)
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
