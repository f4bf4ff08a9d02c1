"""What a practice room shows fits its terminal, and tells by place and shape what is lit."""

import pytest

from station.panel.patterns import Lamp, Step
from station.simulator.room.face import Line, draw
from station.simulator.room.guide import PAGES
from station.simulator.room.scene import Scene
from station.verdict import State, Verdict


def _texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _style in line) for line in lines]


def _scene(*lamps: Lamp, sounds: bool = False) -> Scene:
    scene = Scene("/a/folder", has_power=True, reader="ready", lit=Step(100, frozenset(lamps), sounds))
    for number in range(50):
        scene.note(f"entry {number}")
        scene.say(f"> line {number}")
    return scene


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 60), (60, 20), (40, 17)])
def test_it_fits_the_terminal_and_ends_with_the_newest(columns: int, rows: int) -> None:
    texts = _texts(draw(_scene(Lamp.LEFT), columns, rows))
    assert len(texts) <= rows - 1
    assert max(map(len, texts)) <= columns
    assert any(text.endswith("entry 49") for text in texts)
    assert any(text.endswith("> line 49") for text in texts)


@pytest.mark.parametrize("lamp", Lamp)
def test_a_lamp_is_lit_in_its_own_place_alone(lamp: Lamp) -> None:
    row = _texts(draw(_scene(lamp), 80, 24))[3]
    caption = _texts(draw(_scene(lamp), 80, 24))[5]
    middle = row.index("████████") + 4
    assert row.count("████████") == 1
    name = ("recorded", "not on the list", "see your teacher", "station")[lamp.value]
    start = caption.index(name)
    assert start <= middle <= start + len(name)


def test_the_word_stays_when_its_light_is_out_and_the_beep_is_a_word_too() -> None:
    scene = _scene(Lamp.LEFT, sounds=True)
    scene.answer = scene.plays = Verdict.WELCOME
    lit = [line for line in draw(scene, 80, 24) if "WELCOME" in "".join(text for text, _ in line)]
    assert "beep" in _texts(lit)[0]
    scene.plays, scene.lit = State.READY, Step(0)
    (line,) = [line for line in draw(scene, 80, 24) if "WELCOME" in "".join(text for text, _ in line)]
    assert "beep" not in _texts([line])[0]
    assert line[0][1] != lit[0][0][1]


def test_without_power_it_says_so() -> None:
    scene = _scene()
    scene.has_power = False
    assert any("NO POWER" in text for text in _texts(draw(scene, 80, 24)))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_help_is_seen_whole_in_a_small_terminal(page: str) -> None:
    scene = _scene()
    scene.say(f"> {page}")
    scene.say(PAGES[page])
    shown = _texts(draw(scene, 80, 24))
    assert [f" {line}" for line in PAGES[page].splitlines() if f" {line}" not in shown] == []
