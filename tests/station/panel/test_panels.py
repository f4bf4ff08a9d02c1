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
from station.verdict import Sign, State, Verdict
from tests.fakes.board import DEADLINE_S, Board

SIGNS: list[Sign] = [*Verdict, *State]


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
