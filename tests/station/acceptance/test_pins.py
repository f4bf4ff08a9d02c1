"""Which GPIO library drives which board: by the device tree of every generation."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from station import parts
from station.acceptance import pins
from station.acceptance.board import identify, mark_of
from station.acceptance.outcome import Outcome
from station.panel.gpio import GpioPanel, open_gpio
from station.panel.settings import Pins
from station.parts import Part
from station.verdict import Notice
from tests.fakes.acceptance import put, site_of
from tests.fakes.board import Board
from tests.fakes.lgpio_layer import LgpioLayer
from tests.fakes.pace import HandPace

NEW, OLD = Part("gpio", "rpi-lgpio 0.6"), Part("gpio", "RPi.GPIO 0.7.1")
NEITHER = Part("gpio", "no GPIO library is installed")
BOTH = Part("gpio", "RPi.GPIO 0.7.1 and rpi-lgpio 0.6 overwrite each other's files", "gpio-libraries")

# model, revision code, processor, driver of the pin header's chip, and that chip
GENERATIONS = {
    "zero 2 w": ("Raspberry Pi Zero 2 W Rev 1.0", 0x902120, "BCM2837", "brcm,bcm2835-gpio", "gpiochip0"),
    "3": ("Raspberry Pi 3 Model B Rev 1.2", 0xA02082, "BCM2837", "brcm,bcm2835-gpio", "gpiochip0"),
    "3+": ("Raspberry Pi 3 Model B Plus Rev 1.3", 0xA020D3, "BCM2837", "brcm,bcm2835-gpio", "gpiochip0"),
    "4": ("Raspberry Pi 4 Model B Rev 1.2", 0xC03112, "BCM2711", "brcm,bcm2711-gpio", "gpiochip0"),
    "5, older kernel": ("Raspberry Pi 5 Rev 1.0", 0xC04170, "BCM2712", "raspberrypi,rp1-gpio", "gpiochip4"),
    "5": ("Raspberry Pi 5 Rev 1.1", 0xD04171, "BCM2712", "raspberrypi,rp1-gpio", "gpiochip0"),
}
every_generation = pytest.mark.parametrize("generation", GENERATIONS)


def lay_tree(root: Path, generation: str) -> None:
    model, revision, _, driver, chip = GENERATIONS[generation]
    put(root, "proc/device-tree/model", f"{model}\0")
    put(root, "proc/device-tree/system/linux,revision", revision.to_bytes(4, "big"))
    # Every board has chips that drive no pin of the header, as that of its power button.
    for number in range(6):
        put(root, f"sys/bus/gpio/devices/gpiochip{number}/of_node/compatible", "brcm,brcmstb-gpio\0")
    put(root, f"sys/bus/gpio/devices/{chip}/of_node/compatible", f"{driver}\0second\0")


@every_generation
def test_board_processor_and_chip_are_known_by_the_device_tree(tmp_path: Path, generation: str) -> None:
    lay_tree(tmp_path, generation)
    model, _, processor, driver, chip = GENERATIONS[generation]
    found = identify(tmp_path)
    assert found is not None
    assert (found.model, found.processor, found.driver, found.chip) == (model, processor, driver, chip)


@every_generation
def test_the_library_of_the_system_drives_every_generation(tmp_path: Path, generation: str) -> None:
    lay_tree(tmp_path, generation)
    shown = pins.judge(identify(tmp_path), NEW, "rpi-lgpio", "gpio")
    model, _, processor, driver, chip = GENERATIONS[generation]
    assert shown.outcome is Outcome.WELL
    assert shown.says.startswith(
        f"{model} ({processor}): rpi-lgpio 0.6 drives its pins by {chip} ({driver}); "
    )


@every_generation
def test_the_old_library_drives_all_but_the_newest(tmp_path: Path, generation: str) -> None:
    lay_tree(tmp_path, generation)
    shown = pins.judge(identify(tmp_path), OLD, "RPi.GPIO", "gpio")
    if generation.startswith("5"):
        assert shown.outcome is Outcome.FAILED
        assert "cannot drive the pins" in shown.says
        assert "python3-rpi-lgpio" in shown.todo
    else:
        assert shown.outcome is Outcome.WELL
        assert "by its registers" in shown.says


@pytest.mark.parametrize(("installed", "library"), [(BOTH, "rpi-lgpio"), (NEITHER, None)])
def test_both_libraries_and_none_are_told_with_what_to_do(
    tmp_path: Path, installed: Part, library: str | None
) -> None:
    lay_tree(tmp_path, "4")
    shown = pins.judge(identify(tmp_path), installed, library, "gpio")
    assert shown.outcome is Outcome.FAILED
    assert installed.says in shown.says
    assert shown.todo


def test_a_kernel_without_the_boards_chip_is_told(tmp_path: Path) -> None:
    lay_tree(tmp_path, "5")
    put(tmp_path, "sys/bus/gpio/devices/gpiochip0/of_node/compatible", "brcm,brcmstb-gpio\0")
    shown = pins.judge(identify(tmp_path), NEW, "rpi-lgpio", "gpio")
    assert shown.outcome is Outcome.FAILED
    assert "raspberrypi,rp1-gpio" in shown.says


@pytest.mark.parametrize("revision", [None, b"", b"\0\0\0\x10", b"\0\xff\xff\xff"])
def test_what_is_no_known_raspberry_pi_has_no_pins(tmp_path: Path, revision: bytes | None) -> None:
    site = site_of(tmp_path, {}, panel='kind = "gpio"')
    if revision is not None:
        put(site.root, "proc/device-tree/system/linux,revision", revision)
    assert pins.run(site).outcome is Outcome.ABSENT


def test_a_panel_that_uses_no_pins_is_never_called_well(tmp_path: Path) -> None:
    site = site_of(tmp_path, {})
    lay_tree(site.root, "3")
    shown = pins.run(site)
    assert shown.outcome is Outcome.ABSENT
    assert "uses no pins" in shown.says


def test_a_board_is_known_again_without_its_serial_number(tmp_path: Path) -> None:
    assert mark_of(tmp_path) == ""
    put(tmp_path, "proc/device-tree/serial-number", "10000000abcdef01\0")
    mark = mark_of(tmp_path)
    assert mark == mark_of(tmp_path)
    assert "abcdef01" not in mark
    put(tmp_path, "proc/device-tree/serial-number", "10000000abcdef02\0")
    assert mark_of(tmp_path) != mark


def package(folder: Path, *files: str) -> None:
    for name in ("RPi/__init__.py", "RPi/GPIO/__init__.py", *files):
        put(folder, name, "")


@pytest.mark.parametrize(
    ("files", "library"), [(("RPi/_GPIO.cpython-311-aarch64-linux-gnu.so",), "RPi.GPIO"), ((), "rpi-lgpio")]
)
def test_whose_files_lie_under_the_name_is_seen_without_loading_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: tuple[str, ...], library: str
) -> None:
    package(tmp_path, *files)
    for name in ("RPi", "RPi.GPIO"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert pins.library_in_use() == library
    assert "RPi.GPIO" not in sys.modules
    monkeypatch.delitem(sys.modules, "RPi", raising=False)


def test_no_library_at_all_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "RPi.GPIO", raising=False)
    monkeypatch.setitem(sys.modules, "RPi", None)
    assert pins.library_in_use() is None
    monkeypatch.setitem(sys.modules, "RPi", ModuleType("RPi"))
    assert pins.library_in_use() is None


@every_generation
def test_the_real_library_takes_the_board_and_turns_its_pins(
    monkeypatch: pytest.MonkeyPatch, generation: str
) -> None:
    if "rpi-lgpio" not in parts.gpio_libraries().says:
        pytest.skip("rpi-lgpio is missing: pip install rpi-lgpio drives these through the real library")
    for name in ("RPi", "RPi.GPIO"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    board, pace = Board(), HandPace()
    monkeypatch.setitem(sys.modules, "lgpio", LgpioLayer(board))
    monkeypatch.setenv("RPI_LGPIO_REVISION", f"{GENERATIONS[generation][1]:x}")
    panel = GpioPanel(Pins(), open_gpio(), wait=pace.wait)
    panel.show(Notice.LAMP_TEST)
    pace.advance(4_000)
    panel.close()
    assert [edge.pin for edge in board.edges if edge.level][:4] == [17, 27, 22, 23]
