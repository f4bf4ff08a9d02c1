"""A first start whose plug is pulled in the middle: the next start goes on with it, and nobody is called."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioning.system_cells import BOOKWORM
from tests.fakes.station_process import wait_for
from tests.pi import release
from tests.pi.card import Desk
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.line import SERVER
from tests.pi.contained.marks import MARKS
from tests.pi.morning import arriving
from tests.pi.morning.scene import Scene
from tests.pi.school import LOOPBACK, LiveSchool

pytestmark = MARKS
_PATIENCE_S = 300.0
_MOMENTS = ("release 0.1.0", "the signing key of this station", "services")
"""What the installer says when it begins with a part."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    school = LiveSchool(tmp_path / "school", (SERVER, LOOPBACK))
    desk = Desk(school, release.for_this_machine(tmp_path / "releases"), tmp_path / "papers")
    with ExitStack() as stack:
        stack.enter_context(school.serving())
        board = stack.enter_context(ContainedBoard(tmp_path / "board"))
        scene = Scene(school, school.sections[0], board, tmp_path / "looks", _PATIENCE_S)
        scene.give_card(desk, BOOKWORM)
        yield scene


def test_a_first_start_that_is_cut_again_and_again_still_makes_a_station(scene: Scene) -> None:
    board = scene.board
    assert isinstance(board, ContainedBoard)
    for moment in _MOMENTS:
        _cut_at(board, moment)
        assert not arriving.token_was_used(scene)
    board.start()
    arriving.until_enrolled(scene)
    assert scene.ask("test -e /etc/systemd/system/rollbook-install.service || echo gone") == "gone"


def _cut_at(board: ContainedBoard, moment: str) -> None:
    """Start, and take the power away when the installer has come so far."""
    said = len(_console(board))
    with ThreadPoolExecutor(1) as beside:
        started = beside.submit(board.start)
        wait_for(lambda: f"install: {moment}" in _console(board)[said:], moment, _PATIENCE_S)
        assert board._container
        os.kill(board._container.leader, signal.SIGKILL)
        with pytest.raises(AssertionError, match="the start ended with"):
            started.result()


def _console(board: ContainedBoard) -> str:
    try:
        return board.console()
    except FileNotFoundError:
        return ""
