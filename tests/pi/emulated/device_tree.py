"""The device tree as the firmware of a Raspberry Pi 3 would hand it on, less what QEMU cannot play."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

_SOURCE: Final = "broadcom/bcm2837-rpi-3-b.dtb"
# A Raspberry Pi 3 Model B 1.2, as RPi.GPIO asks for it.
_REVISION: Final = "a02082"
# Screens, and the radio's controller of cards.
_NOT_PLAYED: Final = """
    hvs@7e400000 pixelvalve@7e206000 pixelvalve@7e207000 pixelvalve@7e807000 hdmi@7e902000 v3d@7ec00000 gpu
    txp@7e004000 vec@7e806000 mmc@7e300000
""".split()


def write(root: Path, kernel: str, out: Path) -> None:
    """Write the tree for a kernel version from a system's files."""
    shutil.copy(root / "usr/lib" / f"linux-image-{kernel}" / _SOURCE, out)
    # What dtoverlay=disable-bt does: the good serial line is on the pins, not at the radio.
    _put("-r", out, "/soc/serial@7e201000/bluetooth")
    _put("-c", "-p", out, "/system")
    _put("-t", "x", out, "/system", "linux,revision", _REVISION)
    for node in _NOT_PLAYED:
        _put(out, f"/soc/{node}", "status", "disabled")


def _put(*words: str | Path) -> None:
    subprocess.run(["fdtput", *words], check=True)
