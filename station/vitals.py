"""Published: what the machine under a station tells of itself: heat, supply, board, software, disk speed."""

from __future__ import annotations

import json
import os
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import station as package
from station.logs import Log
from station.tap import Json

FILE_NAME: Final = "vitals.json"
PERIOD_MS: Final = 300_000
"""Every five minutes at most is anything of this written, so that a card of flash wears out no sooner."""

_MOST_BYTES: Final = 4_096
_MOST_CHARS: Final = 60
_MOST_DIGITS: Final = 7
_FLAGS: Final = re.compile(r"(?:0x)?[0-9a-fA-F]{1,8}")
_FIRMWARE: Final = "sys/devices/platform/soc/soc:firmware/get_throttled"
_VOLTAGE: Final = "rpi_volt"
_HEAT: Final = "sys/class/thermal/thermal_zone0/temp"
_LOW_NOW, _THROTTLED_NOW, _LOW_SINCE_BOOT = 1 << 0, 1 << 2, 1 << 16

log = Log(__name__)


@dataclass(slots=True)
class Vitals:
    """The file in which it is told; `root` is the machine's file system.

    `flush_ms` is how long the disk took over the newest sign of life, until it was safe.
    """

    file: Path
    root: Path = Path("/")
    flush_ms: int | None = None
    _done_ms: int | None = None
    _written: str = ""
    _fixed: dict[str, Json] = field(default_factory=dict)

    def tell(self, raw_ms: int) -> None:
        """Write it when it is time and something is new; a machine that tells nothing holds nothing up."""
        if self._done_ms is not None and raw_ms < self._done_ms + PERIOD_MS:
            return
        self._done_ms = raw_ms
        self._fixed = self._fixed or identity(self.root)
        told = {**now(self.root), **self._fixed}
        if self.flush_ms is not None:
            told["flush_ms"] = self.flush_ms
        text = json.dumps(told)
        if text == self._written:
            return
        draft = self.file.with_suffix(".tmp")
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(self.file)
            self._written = text
        except OSError:
            log.exception("status.waits")


def now(root: Path) -> dict[str, Json]:
    """Return the heat in whole degrees Celsius and how the supply is, as far as the kernel says.

    Boards other than a Raspberry Pi say nothing of their supply.
    """
    told: dict[str, Json] = {}
    heat = text_of(root / _HEAT)
    if heat.removeprefix("-").isdecimal() and len(heat) <= _MOST_DIGITS:
        told["temp_c"] = round(int(heat) / 1000)
    throttled = text_of(root / _FIRMWARE)
    if not _FLAGS.fullmatch(throttled):
        return told | _by_alarm(root)
    flags = int(throttled, 16)
    told["low_voltage"] = bool(flags & _LOW_NOW)
    told["low_voltage_since_boot"] = bool(flags & _LOW_SINCE_BOOT)
    told["throttled"] = bool(flags & _THROTTLED_NOW)
    return told


def identity(root: Path) -> dict[str, Json]:
    """Return what only an update changes: software, Python, system, kernel and board."""
    release = dict(
        line.split("=", 1) for line in text_of(root / "etc/os-release").splitlines() if "=" in line
    )
    found = {
        "sw": package.__version__,
        "python": platform.python_version(),
        "os": release.get("PRETTY_NAME", "").strip('"'),
        "kernel": os.uname().release,
        "model": text_of(root / "proc/device-tree/model"),
    }
    return {name: text[:_MOST_CHARS] for name, text in found.items() if text}


def _by_alarm(root: Path) -> dict[str, Json]:
    """Ask the sensor of the supply, which newer kernels have where the firmware says nothing."""
    for name in sorted(root.glob("sys/class/hwmon/hwmon*/name")):
        alarm = text_of(name.with_name("in0_lcrit_alarm"))
        if text_of(name) == _VOLTAGE and alarm in {"0", "1"}:
            return {"low_voltage": alarm == "1"}
    return {}


def text_of(file: Path) -> str:
    """Return the beginning of a small file of the kernel's, nothing where it cannot be read."""
    try:
        with file.open("rb") as stream:
            # A text of the device tree ends with a zero.
            return stream.read(_MOST_BYTES).decode("utf-8", "replace").strip("\0 \t\r\n")
    except OSError:
        return ""
