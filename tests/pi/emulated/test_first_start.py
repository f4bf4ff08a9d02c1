"""A card's first start on the emulated board, as IT leaves it: nobody logs in, no clock, no secret stays."""

import mmap
from collections.abc import Mapping
from pathlib import Path

import pytest

from provisioning.bundle import TOKEN
from tests.pi import release
from tests.pi.card import Desk
from tests.pi.emulated import card_image, qemu
from tests.pi.emulated.board import EmulatedBoard
from tests.pi.emulated.systems import SYSTEMS, System
from tests.pi.morning import arriving
from tests.pi.morning.scene import Scene
from tests.pi.school import LOOPBACK, LiveSchool

pytestmark = [pytest.mark.pi, pytest.mark.root, pytest.mark.timeout(7200)]
# Ten times what a quiet machine needs.
_PATIENCE_S = 3600.0
_PYTHON = "/opt/rollbook/current/bin/python -I -c"
_LIBRARY = f"cd /run && {_PYTHON} 'from RPi import GPIO; print(GPIO.__file__, GPIO.VERSION)'"


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_a_card_makes_a_station_of_itself_on_a_board_without_a_clock(system: System, tmp_path: Path) -> None:
    school = LiveSchool(tmp_path / "school", (qemu.HOST, LOOPBACK))
    desk = Desk(school, release.for_boards(tmp_path / "releases"), tmp_path / "papers")
    with EmulatedBoard(system, tmp_path / "board", clock=None) as board, school.serving():
        scene = Scene(school, school.sections[0], board, tmp_path / "looks", _PATIENCE_S)
        scene.give_card(desk, system.name)
        secrets = {
            "token": (desk.bundles / scene.section.station / TOKEN).read_bytes().strip(),
            "key": school.school_key.read_bytes().strip(),
        }
        assert _found(board.card, secrets) == {"token", "key"}
        scene.switch_on()
        arriving.until_enrolled(scene)
        library = scene.ask(_LIBRARY)
        print(f"{system.name}: {board.machine.starts} starts, the pins by {library}")  # noqa: T201  a figure to read
        scene.ask("sync")
        board.cut()
        assert _found(board.card, secrets) == set()


def _found(card: Path, secrets: Mapping[str, bytes]) -> set[str]:
    """Look for secrets where every computer may: in the boot partition's raw bytes, deleted files and all."""
    with card.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        places = (card_image.BOOT_AT, card_image.ROOT_AT)
        return {name for name, secret in secrets.items() if raw.find(secret, *places) >= 0}
