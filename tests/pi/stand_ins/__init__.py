"""What Debian is given in the place of Raspberry Pi OS's own programs, packages and devices, by name."""

import shutil
from pathlib import Path
from typing import Final

from provisioning.system_cells import BOOKWORM, TRIXIE
from tests.pi import release

_HERE: Final = Path(__file__).parent
_UNITS: Final = "etc/systemd/system"
# Where it comes from, where it goes, and its mode. Read after the card's own rollbook.conf.
_WATCHDOG: Final = ("../emulated-watchdog.conf", "etc/systemd/system.conf.d/zz-emulated-watchdog.conf", 0o644)
_FILES: Final = {
    BOOKWORM: (_WATCHDOG, ("userconf", "usr/lib/userconf-pi/userconf", 0o755)),
    TRIXIE: (
        _WATCHDOG,
        ("99_raspberry-pi.cfg", "etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg", 0o644),
        ("boot-partition.conf", f"{_UNITS}/cloud-init-local.service.d/boot-partition.conf", 0o644),
        ("emulated-pins.conf", f"{_UNITS}/rollbook-station.service.d/emulated-pins.conf", 0o644),
        ("90-emulated-pins.rules", "etc/udev/rules.d/90-emulated-pins.rules", 0o644),
    ),
}
_LIBRARIES: Final = "usr/lib/python3/dist-packages"


def put(system: str, root: Path) -> None:
    """Put all of them into a root file system."""
    for name, place, mode in _FILES[system]:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_HERE / system / name, root / place)
        (root / place).chmod(mode)
    if system == BOOKWORM:
        # Raspberry Pi OS has the same two as python3-rpi-lgpio; no wheel fits trixie's Python.
        shutil.copytree(release.gpio_of_bookworm(), root / _LIBRARIES, dirs_exist_ok=True)
