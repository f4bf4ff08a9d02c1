"""A disk below the kernel's own ext4 that writes down every write and every flush, in order."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.station_process import wait_for

NEEDED = ("qemu-storage-daemon", "mke2fs", "losetup", "mount")
SECTOR = 512
# Room for the ballast and for a disk that is not called low.
_BYTES = 128 * 1024 * 1024
# As a station's card: blocks of 4 KiB; nothing is left to be zeroed later, in the kernel's own time.
_MAKE = "mke2fs -q -F -t ext4 -b 4096 -N 256 -J size=4 -E lazy_itable_init=0,lazy_journal_init=0".split()

needs_a_disk_that_logs = [
    pytest.mark.pi,
    pytest.mark.root,
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/fuse").exists() or not all(map(shutil.which, NEEDED)),
        reason="needs root, loop devices, FUSE and qemu-storage-daemon: apt install qemu-system-common",
    ),
]


@dataclass(frozen=True, slots=True)
class LoggingDisk:
    """A file system as it was before it was mounted, the folder it is mounted on, and its log."""

    blank: Path
    root: Path
    log: Path


@contextmanager
def logging_disk(folder: Path, contents: Path | None = None) -> Iterator[LoggingDisk]:
    """Mount a new ext4, empty or of these contents, whose every write and flush goes through the log."""
    disk = LoggingDisk(folder / "blank.img", folder / "root", folder / "writes.log")
    below, above = folder / "below.img", folder / "above.img"
    disk.root.mkdir()
    above.touch()
    _make_blank(disk.blank, contents)
    copy_image(disk.blank, below)
    disk.log.write_bytes(bytes(SECTOR))
    daemon = [
        "qemu-storage-daemon",
        *("--blockdev", f"driver=file,node-name=disk,filename={below}"),
        *("--blockdev", f"driver=file,node-name=log,filename={disk.log}"),
        *("--blockdev", f"driver=blklogwrites,node-name=logged,file=disk,log=log,log-sector-size={SECTOR}"),
        *("--export", f"type=fuse,id=export,node-name=logged,mountpoint={above},writable=on"),
    ]
    with ExitStack() as open_things:
        process = subprocess.Popen(daemon)
        open_things.callback(_end, process)
        wait_for(lambda: process.poll() is not None or above.stat().st_size > 0, "the disk's appearing")
        open_things.enter_context(mounted(above, disk.root))
        yield disk


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    """Mount an image as a station's card is; the kernel mends what a power cut left."""
    _run(["mount", "-t", "ext4", "-o", "loop,noatime", str(image), str(at)])
    try:
        yield at
    finally:
        _run(["umount", str(at)])


def copy_image(image: Path, to: Path) -> None:
    """Copy an image and leave its holes holes."""
    with image.open("rb") as source, to.open("wb") as target:
        size, at = os.fstat(source.fileno()).st_size, 0
        target.truncate(size)
        while at < size:
            try:
                at = os.lseek(source.fileno(), at, os.SEEK_DATA)
            except OSError:
                # Nothing but a hole is left.
                return
            hole = os.lseek(source.fileno(), at, os.SEEK_HOLE)
            os.lseek(target.fileno(), at, os.SEEK_SET)
            while at < hole:
                at += os.sendfile(target.fileno(), source.fileno(), at, hole - at)


def _make_blank(image: Path, contents: Path | None) -> None:
    with image.open("wb") as file:
        file.truncate(_BYTES)
    _run([*_MAKE, *(() if contents is None else ("-d", str(contents))), str(image)])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=30)
