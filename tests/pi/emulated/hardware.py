"""What an emulated board starts from: kernel, first files, device tree and an empty card, made once."""

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.pi import stand_ins
from tests.pi.emulated import card_image, device_tree, initramfs, root_files, unpacking
from tests.pi.emulated.systems import System
from tests.pi.kept import STORE, kept

_HERE: Final = Path(__file__).parent
_FINISHING: Final = ("root_files.py", "card_image.py", "device_tree.py", "initramfs.py", "laid")
_STAND_INS: Final = _HERE.parent / "stand_ins"


@dataclass(frozen=True, slots=True)
class Hardware:
    """A folder with the four; the system on `card` was never started, its boot partition is empty."""

    folder: Path

    @property
    def kernel(self) -> Path:
        """Linux as Debian built it."""
        return self.folder / "kernel"

    @property
    def initramfs(self) -> Path:
        """What Linux runs first."""
        return self.folder / "initramfs"

    @property
    def tree(self) -> Path:
        """The device tree."""
        return self.folder / "tree"

    @property
    def card(self) -> Path:
        """A fresh card."""
        return self.folder / "card"


@cache
def hardware(system: System) -> Hardware:
    """Return what a system starts from; about two minutes and a gigabyte under var/pi the first time."""

    def unpack(folder: Path) -> None:
        unpacking.unpack(system, folder / "root")

    def finish(folder: Path) -> None:
        _make(system, unpacked / "root", folder)

    unpacked = kept(f"unpacked-{system.name}", [repr(system), _HERE / "unpacking.py"], unpack)
    parts: list[str | Path] = [unpacked.name, *(_HERE / name for name in _FINISHING), _STAND_INS]
    return Hardware(kept(f"hardware-{system.name}", parts, finish))


def _make(system: System, unpacked: Path, folder: Path) -> None:
    board = Hardware(folder)
    version = unpacking.kernel_version(unpacked)
    shutil.copy(unpacked / "boot" / f"vmlinuz-{version}", board.kernel)
    initramfs.write(unpacked, version, board.initramfs)
    device_tree.write(unpacked, version, board.tree)
    with TemporaryDirectory(dir=STORE) as scratch:
        root = Path(scratch) / "root"
        root_files.copy(unpacked, root)
        root_files.finish(system, root)
        stand_ins.put(system.name, root)
        card_image.make(root, board.card)
