"""Which Raspberry Pi this is, by what its device tree says, and which chip drives its pins."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.vitals import text_of

_REVISION: Final = "proc/device-tree/system/linux,revision"
_MODEL: Final = "proc/device-tree/model"
_SERIAL: Final = "proc/device-tree/serial-number"
_REVISION_BYTES: Final = 4
# The revision codes of boards made since 2015: one bit says that it is of this form, four name the processor.
_IS_NEW_FORM: Final = 1 << 23
_PROCESSORS: Final = ("BCM2835", "BCM2836", "BCM2837", "BCM2711", "BCM2712")
_OLD_CHIP: Final = "brcm,bcm2835-gpio"
_CHIPS: Final = {"BCM2711": "brcm,bcm2711-gpio", "BCM2712": "raspberrypi,rp1-gpio"}
_MARK_CHARS: Final = 16


@dataclass(frozen=True, slots=True)
class Board:
    """One board: `processor` decides which GPIO library can drive it.

    `chip` is the device of its pin header, such as `gpiochip0`, and empty where the kernel has none.
    """

    model: str
    processor: str
    chip: str

    @property
    def driver(self) -> str:
        """The name the device tree has for the chip of this board's pin header."""
        return _driver_of(self.processor)


def identify(root: Path) -> Board | None:
    """Return which Raspberry Pi this is, None for any other machine."""
    try:
        raw = (root / _REVISION).read_bytes()[:_REVISION_BYTES]
    except OSError:
        return None
    revision = int.from_bytes(raw, "big")
    number = revision >> 12 & 0xF
    if not revision & _IS_NEW_FORM or number >= len(_PROCESSORS):
        return None
    processor = _PROCESSORS[number]
    chip = _chip(root, _driver_of(processor))
    return Board(text_of(root / _MODEL) or "Raspberry Pi", processor, chip)


def mark_of(root: Path) -> str:
    """Return what tells this board from every other without telling its serial number, or nothing."""
    serial = text_of(root / _SERIAL)
    return hashlib.sha256(f"rollbook board {serial}".encode()).hexdigest()[:_MARK_CHARS] if serial else ""


def _driver_of(processor: str) -> str:
    return _CHIPS.get(processor, _OLD_CHIP)


def _chip(root: Path, driver: str) -> str:
    for device in sorted((root / "sys/bus/gpio/devices").glob("gpiochip*")):
        if driver in text_of(device / "of_node/compatible").split("\0"):
            return device.name
    return ""
