import ast
import builtins
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from station import parts
from station.errors import PanelError
from station.panel import off
from station.panel.gpio import Gpio, GpioPanel, open_gpio, pulse
from station.panel.settings import Pins
from station.verdict import State, Verdict
from tests.fakes.board import Board, Edge, LgpioError
from tests.fakes.lgpio_layer import LgpioLayer
from tests.fakes.pace import HandPace
from tests.health import source

PINS = (17, 27, 22, 23, 18)


class Busy(Board):
    """A board one of whose pins another process holds, as rpi-lgpio tells it."""

    busy = 22

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        for pin in [channel] if isinstance(channel, int) else channel:
            self._refuse(pin)
            super().setup(pin, direction, initial=initial)

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        for pin in [channel] if isinstance(channel, int) else channel:
            self._refuse(pin)
            super().cleanup(pin)

    def _refuse(self, pin: int) -> None:
        if pin == self.busy:
            msg = "GPIO busy"
            raise LgpioError(msg)


def test_a_pin_that_is_busy_is_one_clear_error_and_none_stays_claimed() -> None:
    board = Busy()
    with pytest.raises(PanelError, match=r"GPIO busy.*correct \[panel.pins\]"):
        GpioPanel(Pins(), board)
    assert {edge.pin for edge in board.edges} == {17, 27}
    assert board.levels == {}


def test_a_pin_that_cannot_be_given_back_does_not_keep_the_others() -> None:
    board, pace = Busy(), HandPace()
    panel = GpioPanel(Pins(right=24), board, wait=pace.wait)
    pace.settle()
    board.busy = 27
    panel.close()
    assert board.levels == {27: 0}


class Chipless(Board):
    """A board whose chip may not be opened, which rpi-lgpio finds when pins are numbered."""

    def setmode(self, mode: int, /) -> None:
        msg = f"can not open gpiochip {mode}"
        raise LgpioError(msg)


def test_a_chip_that_may_not_be_opened_is_one_clear_error() -> None:
    with pytest.raises(PanelError, match="group gpio"):
        GpioPanel(Pins(), Chipless())


@pytest.mark.parametrize(
    "error",
    [
        ImportError("no module"),
        RuntimeError("Cannot determine SOC peripheral base"),
        FileNotFoundError(".lgd-nfy0"),
    ],
    ids=["not installed", "not a Raspberry Pi", "no folder for lgpio's pipe"],
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
    assert [edge.level for edge in board.edges] == [1, 0, 1]
    assert waits == [0.1]


STATION = """
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "/dev/ttyAMA0"
[panel]
"""


def settings(folder: Path, panel: str) -> list[str]:
    file = folder / "station.toml"
    file.write_text(STATION + panel)
    return ["--config", str(file)]


def test_after_a_station_that_was_killed_every_lamp_and_the_buzzer_are_put_out(tmp_path: Path) -> None:
    board = Board()
    board.levels = dict.fromkeys(PINS, 1)
    pins = 'kind = "gpio"\n[panel.pins]\nleft = 12\n'
    assert off.main(settings(tmp_path, pins), lambda: board) == 0
    ours = (12, *PINS[1:])
    assert [edge for edge in board.edges if edge.level == 1] == []
    assert board.edges[-5:] == [Edge(0, pin, None) for pin in ours]
    # A pin that is none of ours is not touched.
    assert board.levels == {17: 1}


def test_a_station_without_pins_has_nothing_to_put_out(tmp_path: Path) -> None:
    def never() -> Gpio:
        raise AssertionError

    assert off.main(settings(tmp_path, 'kind = "terminal"\n'), never) == 0


def test_pins_that_cannot_be_put_out_are_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert off.main(settings(tmp_path, 'kind = "gpio"\n'), Chipless) == 69
    assert off.main(["--config", str(tmp_path / "none.toml")], Chipless) == 78
    first, second = capsys.readouterr().err.splitlines()
    assert "can not open gpiochip" in first
    assert "none.toml" in second


# Edges: broken since Linux 6.6 in RPi.GPIO. PWM: the two makers differ, and in one it breaks the clean-up.
FORBIDDEN = {"add_event_detect", "add_event_callback", "event_detected", "wait_for_edge", "PWM"}


def edges_and_pwm(tree: ast.Module) -> list[int]:
    """Return the lines that mention what only one of the two libraries does well."""
    return [line for line, mention in source.mentions(tree) if mention.rpartition(".")[2] in FORBIDDEN]


def test_the_station_asks_for_no_edges_and_no_pwm() -> None:
    names = [name for name in source.product_files() if name.startswith("station/")]
    assert "station/panel/gpio.py" in names
    assert [name for name in names if edges_and_pwm(source.syntax(name))] == []


def test_a_planted_edge_and_a_planted_pwm_are_found() -> None:
    planted = "from RPi import GPIO\nGPIO.add_event_detect(24, GPIO.FALLING)\nlamp = GPIO.PWM(18, 50)\n"
    assert edges_and_pwm(ast.parse(planted)) == [2, 3]


@pytest.fixture
def real_library(monkeypatch: pytest.MonkeyPatch) -> Callable[[LgpioLayer], Gpio]:
    """Import the real rpi-lgpio afresh, over a stand-in for the C library below it."""
    if "rpi-lgpio" not in parts.gpio_libraries().says:
        pytest.skip("rpi-lgpio is missing: pip install rpi-lgpio drives these through the real library")

    def load(layer: LgpioLayer) -> Gpio:
        for name in ("RPi", "RPi.GPIO"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setitem(sys.modules, "lgpio", layer)
        # A Raspberry Pi 4, as the library asks for it.
        monkeypatch.setenv("RPI_LGPIO_REVISION", "c03112")
        return open_gpio()

    return load


def test_the_real_library_turns_the_same_pins_at_the_same_moments(
    real_library: Callable[[LgpioLayer], Gpio],
) -> None:
    def play(board: Board, gpio: Gpio, pace: HandPace) -> list[Edge]:
        panel = GpioPanel(Pins(), gpio, wait=pace.wait)
        for sign in (State.OFFLINE, Verdict.WELCOME, Verdict.READ_AGAIN, Verdict.NOT_RECORDED):
            panel.show(sign)
            pace.advance(700)
        panel.close()
        return board.edges

    real_pace, plain_pace = HandPace(), HandPace()
    below = Board(lambda: real_pace.now_ms)
    plain = Board(lambda: plain_pace.now_ms)
    edges = play(below, real_library(LgpioLayer(below)), real_pace)
    assert edges == play(plain, plain, plain_pace)
    assert {edge.pin for edge in edges if edge.level} == set(PINS)


def test_the_real_library_tells_of_a_busy_pin_and_keeps_none(
    real_library: Callable[[LgpioLayer], Gpio],
) -> None:
    board = Board()
    with pytest.raises(PanelError, match="GPIO busy"):
        GpioPanel(Pins(), real_library(LgpioLayer(board, frozenset({22}))))
    assert board.levels == {}


def test_the_real_library_tells_of_a_chip_that_may_not_be_opened(
    real_library: Callable[[LgpioLayer], Gpio],
) -> None:
    with pytest.raises(PanelError, match="can not open gpiochip"):
        GpioPanel(Pins(), real_library(LgpioLayer(Board(), may_open=False)))
