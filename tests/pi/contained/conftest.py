"""A room whose card made a station of itself in a container, for all tests of this folder."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from provisioning.system_cells import BOOKWORM
from tests.pi import release
from tests.pi.card import Desk
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.line import SERVER
from tests.pi.morning import arriving
from tests.pi.morning.scene import Scene
from tests.pi.school import LOOPBACK, LiveSchool


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """IT's desk at a school of today: the releases it signs fit this machine."""
    folder = tmp_path_factory.mktemp("desk")
    school = LiveSchool(folder / "school", (SERVER, LOOPBACK))
    return Desk(school, release.for_this_machine(folder / "releases"), folder / "papers")


@pytest.fixture(scope="session")
def commissioned(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The first room: its card has started for the first time, and central, which serves, knows it.

    Tests share it one after the other: each leaves it with its power on and its station at work.
    """
    folder = tmp_path_factory.mktemp("room")
    with ExitStack() as stack:
        # Before the board, which so ends first: central waits for the end of whatever still talks to it.
        stack.enter_context(desk.school.serving())
        board = stack.enter_context(ContainedBoard(folder / "board"))
        scene = Scene(desk.school, desk.school.sections[0], board, folder / "looks", patience_s=120)
        scene.give_card(desk, BOOKWORM)
        scene.switch_on()
        arriving.until_enrolled(scene)
        yield scene
