"""What every test on an emulated board is marked with."""

import os
import shutil
from typing import Final

import pytest

from tests.pi.emulated import qemu

_NEEDED: Final = (
    qemu.PROGRAM,
    "setpriv",
    "mmdebstrap",
    "mkfs.vfat",
    "mcopy",
    "mke2fs",
    "fdtput",
    "depmod",
    "busybox",
)

MARKS: Final = [
    pytest.mark.pi,
    pytest.mark.root,
    pytest.mark.timeout(4 * 3600),
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, _NEEDED)),
        reason="needs root and apt install qemu-system-arm mmdebstrap dosfstools mtools e2fsprogs"
        " device-tree-compiler kmod busybox",
    ),
]
