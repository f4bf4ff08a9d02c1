"""What holds a station on its board; each time a board that lacks it shows that it does."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.journeys import hasty_station
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.laid import drop_in
from tests.pi.contained.marks import MARKS
from tests.pi.morning import lesson
from tests.pi.morning.hand import of_plastic
from tests.pi.morning.scene import Scene, without_network
from tests.pi.morning.signs import ANSWERING

pytestmark = MARKS
STATION, AGENT = "rollbook-station", "rollbook-sync"
SOON: Final = "[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\nRestartSec=1\n"
UNWATCHED: Final = "[Service]\nWatchdogSec=0\n"
DICE: Final = random.Random(10)  # noqa: S311  the same cards each time
HASTY: Final = """\
[Service]
ExecStart=
ExecStart=/opt/rollbook/current/bin/python {program} run --config /etc/rollbook/station.toml
"""


def on(scene: Scene) -> ContainedBoard:
    """Return the board of a scene, whose card can be reached."""
    assert isinstance(scene.board, ContainedBoard)
    return scene.board


@contextmanager
def otherwise(scene: Scene, settings: Mapping[str, str]) -> Iterator[None]:
    """Run units with other settings for as long as the block lasts, then as they were shipped."""
    files = [drop_in(on(scene).root, f"{unit}.service", "tried", text) for unit, text in settings.items()]
    again = f"systemctl daemon-reload && systemctl restart {' '.join(settings)}"
    scene.ask(again)
    try:
        yield
    finally:
        for file in files:
            file.unlink()
        scene.ask(again)


def hang(scene: Scene, unit: str) -> None:
    scene.until(lambda: scene.reading(unit, "ActiveState") == "active", f"{unit} at work")
    scene.ask(f"systemctl kill --kill-whom=main --signal=STOP {unit}")


def restarts(scene: Scene, unit: str) -> int:
    return int(scene.reading(unit, "NRestarts"))


def test_a_watched_station_is_started_again_and_an_unwatched_one_hangs_for_ever(commissioned: Scene) -> None:
    scene = commissioned
    with otherwise(scene, {STATION: UNWATCHED, AGENT: SOON}):
        hang(scene, STATION)
        before = len(scene.board.lamps.seen())
        scene.board.field.put(of_plastic(scene.cards[0]))
        # Hung later and watched, the agent is at work again while the station still answers nobody.
        hang(scene, AGENT)
        scene.until(lambda: restarts(scene, AGENT) > 0, "the agent started again")
        assert restarts(scene, STATION) == 0
        later = scene.board.lamps.seen()[before:]
        assert [edge for edge in later if edge.pin in ANSWERING] == []
        scene.board.field.remove()
        scene.ask(f"systemctl kill --signal=KILL {STATION}")
    with otherwise(scene, {STATION: SOON}):
        hang(scene, STATION)
        scene.until(lambda: restarts(scene, STATION) > 0, "the station started again")
        lesson.tap_as_stranger(scene, DICE)


def hasty() -> str:
    """Return the program of a station that lights first, and stores when the power has long gone."""
    program = Path(str(hasty_station.__file__)).read_text("utf-8")
    assert "_DAWDLE_S = 0.05" in program
    return program.replace("_DAWDLE_S = 0.05", "_DAWDLE_S = 60.0")


def test_a_station_that_lights_before_it_stores_is_caught(commissioned: Scene, tmp_path: Path) -> None:
    commissioned.board.cut()
    try:
        with on(commissioned).clone() as board, without_network(board):
            light_and_cut(board, commissioned, tmp_path)
    finally:
        commissioned.switch_on()


def light_and_cut(board: ContainedBoard, like: Scene, folder: Path) -> None:
    scene = Scene(like.school, like.section, board, folder, like.patience_s)
    program = "opt/hasty_station.py"
    (board.root / program).write_text(hasty(), "utf-8")
    drop_in(board.root, f"{STATION}.service", "hasty", HASTY.format(program=f"/{program}"))
    scene.switch_on()
    card = lesson.stranger(DICE)
    start = scene.hand.put(card)
    scene.hand.first_lamp(start)
    board.cut()
    assert scene.hand.note_what_was_promised(card, start)
    with pytest.raises(AssertionError, match="a tap whose lamp was seen is lost"):
        scene.look()
