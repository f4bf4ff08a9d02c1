"""A short school morning with the shipped units and package, in a container: run by `make pi-ci`."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from provisioning.system_cells import BOOKWORM
from tests.pi import release
from tests.pi.card import Desk
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.container import why_not
from tests.pi.contained.line import SERVER
from tests.pi.morning import arriving, cuts, lesson
from tests.pi.morning.scene import Scene
from tests.pi.school import LiveSchool

_PATIENCE_S: Final = 120.0
pytestmark = [
    pytest.mark.pi,
    pytest.mark.root,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a room whose card lies in the board, which has never had power; central serves."""
    with ContainedBoard(tmp_path / "board") as board:
        school = LiveSchool(tmp_path / "school", (SERVER,))
        releases = release.for_this_machine(tmp_path / "it")
        scene = Scene(school, school.sections[0], board, tmp_path / "looks", patience_s=_PATIENCE_S)
        scene.give_card(Desk(school, releases, tmp_path / "desk"), BOOKWORM)
        with school.serving():
            yield scene


def test_a_short_morning(scene: Scene, record_property: Callable[[str, object], None]) -> None:
    dice = random.Random(11)  # noqa: S311 (a failure must come again)
    cards = scene.cards
    scene.switch_on()
    arriving.until_enrolled(scene)
    lesson.tap_in(scene, cards[:1])
    lesson.tap_again(scene, cards[0])
    scene.until_roster()
    lesson.tap_in(scene, cards[1:2])
    lesson.tap_as_stranger(scene, dice)
    lesson.tap_without_network(scene, cards[2:4])
    scene.cut()
    counted = cuts.Counted()
    cuts.cut_again_and_again(scene, dice, 3, scene.switch_on, counted)
    assert counted.promises
    _, took_s = scene.switch_on_and_tap(cards[4])
    record_property("first tap after power", f"{took_s:.1f} s")
    for unit, weight in arriving.weigh(scene).items():
        record_property(unit, str(weight))
    scene.until_held()
    scene.agree(scene.cut())
