"""Two boards with one card's copies at one school: central finds out, keeps both's taps, and one goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.system_cells import BOOKWORM
from tests.pi.card import Desk
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.marks import MARKS
from tests.pi.morning import arriving, clones
from tests.pi.morning.scene import Scene

pytestmark = MARKS


@pytest.fixture
def second_room(desk: Desk, commissioned: Scene, tmp_path: Path) -> Iterator[Scene]:
    """Return a room of its own; central serves it beside the first one."""
    with ContainedBoard(tmp_path / "board") as board:
        scene = Scene(
            desk.school, desk.school.sections[1], board, tmp_path / "looks", commissioned.patience_s
        )
        scene.give_card(desk, BOOKWORM)
        scene.switch_on()
        arriving.until_enrolled(scene)
        scene.until_roster()
        yield scene


def test_a_copied_card_is_found_out_and_no_tap_of_either_is_lost(second_room: Scene) -> None:
    scene = second_room
    scene.cut()
    first, second, third, fourth = scene.cards[:4]
    copy = clones.live_as_two(scene, (first, second, third, fourth))
    assert scene.lacking() == copy.lacking() == []
    # The station itself went on in the journal it had.
    assert len(scene.cut().tokens) == len(scene.hand.promises)
