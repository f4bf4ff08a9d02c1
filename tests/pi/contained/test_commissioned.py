"""The shipped bundle on a card of its own: it makes a station of itself, of nothing but what was shipped."""

from typing import Final

from tests.pi import release
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.marks import MARKS
from tests.pi.morning import arriving
from tests.pi.morning.scene import Scene
from tests.systemd import units

pytestmark = MARKS
# cloud-init has a pyserial of its own in the system.
_IMPORTED: Final = """\
cd / && /opt/rollbook/current/bin/python -I -c \
'import nfc, provisioning, serial, station, sync_agent
for module in (nfc, provisioning, serial, station, sync_agent): print(module.__file__)'
"""
_CURRENT: Final = "/opt/rollbook/current"


def test_the_first_start_did_all_it_was_to_do(commissioned: Scene) -> None:
    board = commissioned.board
    assert isinstance(board, ContainedBoard)
    console = board.console()
    assert "Command from Kernel Command Line" in console, "the card was not started by its own script"
    assert "FAILED" not in console
    assert commissioned.ask("systemctl is-system-running") == "running"
    assert "systemd.run" not in commissioned.ask("cat /boot/firmware/cmdline.txt")


def test_what_runs_came_with_the_bundle(commissioned: Scene) -> None:
    imported = commissioned.ask(_IMPORTED).splitlines()
    assert [place for place in imported if not place.startswith(f"{_CURRENT}/lib/")] == []
    assert commissioned.ask(f"readlink {_CURRENT}") == f"releases/{release.FIRST}"
    for unit in arriving.UNITS:
        command = commissioned.ask(f"tr '\\0' ' ' < /proc/{commissioned.reading(unit, 'MainPID')}/cmdline")
        assert f"{_CURRENT}/bin/{unit}" in command


def test_the_units_are_those_of_this_source(commissioned: Scene) -> None:
    board = commissioned.board
    assert isinstance(board, ContainedBoard)
    for unit in arriving.UNITS:
        shipped = (board.root / f"etc/systemd/system/{unit}.service").read_bytes()
        assert shipped == (units.FOLDER / f"{unit}.service").read_bytes()
