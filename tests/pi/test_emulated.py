"""Each piece of the emulated board by itself, before any station runs on it."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.panel.settings import Pins
from station.simulator.frames import ACK
from tests.pi.emulated import card_image
from tests.pi.emulated.board import EmulatedBoard, SavedBoard
from tests.pi.emulated.marks import MARKS
from tests.pi.emulated.systems import BOOKWORM, TRIXIE

pytestmark = MARKS
COMMAND_LINE = "root=/dev/mmcblk0p2 rootfstype=ext4 rootwait net.ifnames=0\n"
# A PN532's to GetFirmwareVersion.
ANSWER = bytes.fromhex("0000ff06fad50332010607e800")
LEFT = Pins().left
BLINK = f"""python3 -c '
from RPi import GPIO
GPIO.setmode(GPIO.BCM)
GPIO.setup({LEFT}, GPIO.OUT, initial=0)
for level in (1, 0, 1, 0, 1, 0):
    GPIO.output({LEFT}, level)
GPIO.cleanup()
'"""
# Each line is on the card, and its folder, before the lamp says so.
WRITE = f"""cat > /root/write.py <<'.'
import os
from RPi import GPIO
GPIO.setmode(GPIO.BCM)
GPIO.setup({LEFT}, GPIO.OUT, initial=0)
out = os.open("/root/lines", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
os.fsync(os.open("/root", os.O_RDONLY))
for number in range(1_000_000):
    os.write(out, b"%d\\n" % number)
    os.fsync(out)
    GPIO.output({LEFT}, 1)
    GPIO.output({LEFT}, 0)
.
nohup python3 /root/write.py > /dev/null 2>&1 &"""


@pytest.fixture(scope="module", params=[BOOKWORM, TRIXIE], ids=lambda system: str(system.name))
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedBoard]:
    """A board of each system, started from a fresh card and put aside."""
    folder = tmp_path_factory.mktemp(request.param.name)
    boot = folder / "boot"
    boot.mkdir()
    (boot / "cmdline.txt").write_text(COMMAND_LINE, "ascii")
    with EmulatedBoard(request.param, folder / "first") as board:
        board.lay_card([boot / "cmdline.txt"])
        board.start()
        yield board.save(folder / "saved")
    shutil.rmtree(folder)


@pytest.fixture
def board(saved: SavedBoard, tmp_path: Path) -> Iterator[EmulatedBoard]:
    """That board, gone on with."""
    with EmulatedBoard(saved.system, tmp_path / "board") as board:
        board.restore(saved)
        yield board


def test_every_blink_of_a_lamp_is_seen_from_outside_and_in_its_order(board: EmulatedBoard) -> None:
    assert board.run(BLINK) == (0, "")
    board.lamps.wait_for_edge(LEFT, 0, 600, since=5)
    assert [edge.level for edge in board.lamps.seen() if edge.pin == LEFT] == [1, 0, 1, 0, 1, 0]


def test_the_chip_at_the_end_of_the_line_answers_the_board(board: EmulatedBoard) -> None:
    asked = (
        "printf '\\x00\\x00\\xff\\x02\\xfe\\xd4\\x02\\x2a\\x00' >&3; timeout 300 head -c 19 <&3 | od -An -tx1"
    )
    code, said = board.run(f"stty -F /dev/ttyAMA0 115200 raw -echo; exec 3<>/dev/ttyAMA0; {asked}")
    assert (code, said.split()) == (0, (ACK + ANSWER).hex(" ").split())


def test_a_line_whose_lamp_was_seen_outlives_the_power(board: EmulatedBoard, tmp_path: Path) -> None:
    board.run(WRITE)
    board.lamps.wait_for_edge(LEFT, 1, 600, since=40)
    board.cut()
    lit = sum(edge.pin == LEFT and edge.level for edge in board.lamps.seen())
    kept = (card_image.take(board.card, "root", tmp_path / "taken") / "lines").read_text("ascii").split()
    assert lit >= 20
    assert len(kept) >= lit
    assert kept == [str(number) for number in range(len(kept))]


@contextmanager
def listening() -> Iterator[int]:
    """A port of this machine's loopback where every caller gets one word."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    caller, _address = server.accept()
                except OSError:
                    return
                with caller:
                    caller.sendall(b"here\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_the_cable_leads_where_it_was_told_and_nowhere_when_it_is_cut(
    saved: SavedBoard, tmp_path: Path
) -> None:
    with listening() as told, listening() as untold, EmulatedBoard(saved.system, tmp_path / "board") as board:
        host, port = board.server_address(told).split(":")
        card_image.copy(saved.card, board.card)
        board.start()

        def heard(number: str | int) -> str:
            line = f"exec 3<>/dev/tcp/{host}/{number} && head -n 1 <&3"
            return board.run(f"timeout 20 bash -c '{line}' 2> /dev/null")[1].strip()

        code, said = board.run(
            "for n in $(seq 600); do ip -4 route | grep -q eth0 && exit; sleep 0.5; done; exit 1"
        )
        assert not code, said
        assert heard(port) == "here"
        assert heard(untold) == ""
        board.network(is_up=False)
        assert heard(port) == ""
        board.network(is_up=True)
        assert heard(port) == "here"


def test_a_system_that_asks_for_it_starts_again_with_what_the_card_tells_it_then(
    board: EmulatedBoard,
) -> None:
    code, said = board.run("sed -i 's/$/ told.anew=1/' /boot/firmware/cmdline.txt && sync")
    assert not code, said
    board.run("systemctl reboot --no-block")
    board.wait_for_shell()
    assert "told.anew=1" in board.run("cat /proc/cmdline")[1]
    board.run("systemctl poweroff --no-block")
    board.machine.wait_until_off(600)
    assert (board.machine.pid, board.machine.starts) == (None, 2)
