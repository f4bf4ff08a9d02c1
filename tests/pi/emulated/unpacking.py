"""Debian's packages fetched and unpacked, no more: none of their own scripts runs."""

import subprocess
from pathlib import Path
from typing import Final

from tests.pi.emulated.systems import System

_LEFT_OUT: Final = ("doc", "man", "locale", "i18n", "info")


def unpack(system: System, root: Path) -> None:
    """Fetch a system's packages and unpack them, no more: half a gigabyte, about a minute."""
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT]
    subprocess.run(
        [
            *(
                "mmdebstrap",
                "--quiet",
                "--mode=root",
                "--arch=arm64",
                "--variant=extract",
                "--components=main",
            ),
            "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
            *left_out,
            *("--include=" + ",".join(system.packages), system.name, str(root)),
        ],
        stdin=subprocess.DEVNULL,
        check=True,
    )
    version = kernel_version(root)
    subprocess.run(["depmod", "--basedir", root / "usr", version], check=True)


def kernel_version(root: Path) -> str:
    """Return the version of the kernel among a system's files."""
    return next((root / "boot").glob("vmlinuz-*")).name.removeprefix("vmlinuz-")
