"""One contract that every panel keeps."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.clock import HandClock
from station.panel import Panel
from station.panel.gpio import GpioPanel
from station.panel.patterns import Lamp, pattern
from station.panel.recorded import RecordedPanel
from station.panel.settings import Pins
from station.panel.terminal import TerminalPanel, draw
from station.verdict import Notice, Sign, State, Verdict
from tests.fakes.board import Board
from tests.fakes.pace import HandPace

SIGNS: list[Sign] = [*Verdict, *State, *Notice]


@dataclass
class Case:
    """One panel, and how to learn what it has put out so far."""

    panel: Panel
    settle: Callable[[], None]
    shows: Callable[[Sign], bool]
    is_dark: Callable[[], bool]
    put_out: Callable[[], object]

    def show(self, sign: Sign) -> None:
        self.panel.show(sign)
        self.settle()


def gpio_case(_folder: Path) -> Case:
    pace = HandPace()
    board = Board(lambda: pace.now_ms)
    pins = {Lamp.LEFT: 17, Lamp.MIDDLE: 27, Lamp.RIGHT: 22, Lamp.STATUS: 23}

    def shows(sign: Sign) -> bool:
        first = pattern(sign).steps[0]
        return board.levels == {pin: int(lamp in first.lamps) for lamp, pin in pins.items()} | {
            18: int(first.sounds)
        }

    panel = GpioPanel(Pins(), board, wait=pace.wait)
    return Case(panel, pace.settle, shows, lambda: not board.levels, lambda: list(board.edges))


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def bottom(self) -> str:
        """Return what stands on the line that is drawn over and over."""
        return self.getvalue().split("\n")[-1].split("\x1b[2K")[-1]


def screen_case(_folder: Path) -> Case:
    pace, screen = HandPace(), Screen()

    def shows(sign: Sign) -> bool:
        lit = len(pattern(sign).steps[0].lamps)
        return screen.bottom().endswith(sign.value.upper()) and screen.bottom().count("●") == lit

    panel = TerminalPanel(screen, wait=pace.wait)
    return Case(panel, pace.settle, shows, lambda: not screen.bottom(), screen.getvalue)


def pipe_case(_folder: Path) -> Case:
    stream = io.StringIO()

    def shows(sign: Sign) -> bool:
        return stream.getvalue().endswith(draw(sign) + "\n")

    return Case(TerminalPanel(stream), lambda: None, shows, lambda: True, stream.getvalue)


def recorded_case(folder: Path) -> Case:
    file = folder / "panel.jsonl"

    def shows(sign: Sign) -> bool:
        return f'"sign": "{sign.name}"' in file.read_text().splitlines()[-1]

    return Case(
        RecordedPanel(file, HandClock(), lambda: None), lambda: None, shows, lambda: True, file.read_text
    )


@pytest.fixture(params=[gpio_case, screen_case, pipe_case, recorded_case])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    case: Case = request.param(tmp_path)
    yield case
    case.panel.close()


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_a_panel_shows_every_sign_at_once(case: Case, sign: Sign) -> None:
    case.show(sign)
    assert case.shows(sign)


@pytest.mark.parametrize("running", SIGNS, ids=lambda sign: sign.name)
def test_an_answer_is_shown_at_once_whatever_is_being_shown(case: Case, running: Sign) -> None:
    case.show(running)
    # No clock moves: nothing of the running sign is waited for.
    case.show(Verdict.SEE_TEACHER)
    assert case.shows(Verdict.SEE_TEACHER)


def test_a_panel_takes_signs_faster_than_they_can_be_played(case: Case) -> None:
    for sign in SIGNS * 20:
        case.panel.show(sign)
    case.show(Verdict.NOT_RECORDED)
    assert case.shows(Verdict.NOT_RECORDED)


def test_a_closed_panel_is_dark_and_puts_out_nothing_more(case: Case) -> None:
    case.show(Verdict.NOT_RECORDED)
    case.panel.close()
    case.panel.close()
    assert case.is_dark()
    before = case.put_out()
    for sign in SIGNS:
        case.panel.show(sign)
    assert case.is_dark()
    assert case.put_out() == before


def test_a_panel_that_showed_nothing_can_be_closed(case: Case) -> None:
    case.settle()
    case.panel.close()
    assert case.is_dark()
