"""A room with an emulated board whose card has made a station of itself, at a school of today."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.pi import release
from tests.pi.card import Desk
from tests.pi.emulated import qemu
from tests.pi.emulated.board import EmulatedBoard
from tests.pi.emulated.systems import System
from tests.pi.morning import arriving
from tests.pi.morning.scene import Scene
from tests.pi.release import Releases
from tests.pi.school import LOOPBACK, LiveSchool

# A first start and a release's trials take the longest, tens of minutes each.
_PATIENCE_S: Final = 3 * 3600.0


@contextmanager
def commissioned(system: System, folder: Path) -> Iterator[tuple[Scene, Releases]]:
    """Give a room whose station runs, is enrolled and has its roster, and IT's releases."""
    school = LiveSchool(folder / "school", (qemu.HOST, LOOPBACK))
    releases = release.for_boards(folder / "releases")
    desk = Desk(school, releases, folder / "papers")
    with school.serving(), EmulatedBoard(system, folder / "board") as board:
        scene = Scene(school, school.sections[0], board, folder / "looks", _PATIENCE_S)
        scene.give_card(desk, system.name)
        scene.switch_on()
        arriving.until_enrolled(scene)
        scene.until_roster()
        yield scene, releases
