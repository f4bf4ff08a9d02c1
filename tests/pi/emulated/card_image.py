"""A memory card as a file: a partition table, FAT for the firmware, ext4 for the system."""

import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_MB: Final = 1 << 20
# QEMU takes only cards whose size is a power of two.
SIZE: Final = 2048 * _MB
BOOT_AT: Final = 4 * _MB
ROOT_AT: Final = 516 * _MB
_SECTOR: Final = 512
_FAT32_LBA, _LINUX = 0x0C, 0x83
_TABLE_AT: Final = 446


def make(root: Path, out: Path) -> None:
    """Write a card with a system's files and an empty boot partition; few of its bytes take room on disk."""
    with out.open("wb") as card:
        card.truncate(SIZE)
        card.seek(_TABLE_AT)
        card.write(table(((_FAT32_LBA, BOOT_AT, ROOT_AT), (_LINUX, ROOT_AT, SIZE))))
    subprocess.run(
        [
            *("mke2fs", "-q", "-t", "ext4", "-L", "rootfs", "-O", "^metadata_csum_seed,^orphan_file"),
            *("-E", f"offset={ROOT_AT},lazy_itable_init=0", "-d", root, out, f"{(SIZE - ROOT_AT) // 1024}k"),
        ],
        check=True,
    )
    fill_boot(out, [])


def table(partitions: tuple[tuple[int, int, int], ...]) -> bytes:
    """Return the entries and the end mark of a partition table, from kind and extent in bytes of each."""
    entries = b"".join(
        struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", *_sectors(first, behind))
        for kind, first, behind in partitions
    )
    return entries.ljust(64, b"\0") + b"\x55\xaa"


def _sectors(first: int, behind: int) -> tuple[int, int]:
    return first // _SECTOR, (behind - first) // _SECTOR


def fill_boot(card: Path, files: Sequence[Path]) -> None:
    """Make the boot partition anew, with these files and folders at its top."""
    subprocess.run(
        [
            *("mkfs.vfat", "-F", "32", "-n", "bootfs", f"--offset={BOOT_AT // _SECTOR}"),
            *(card, str((ROOT_AT - BOOT_AT) // 1024)),
        ],
        check=True,
        capture_output=True,
    )
    if files:
        subprocess.run(["mcopy", "-i", _boot(card), "-s", "-Q", *files, "::"], check=True)


def boot_text(card: Path, name: str) -> str:
    """Return a text file of the boot partition, as the firmware reads it before anything runs."""
    done = subprocess.run(["mtype", "-i", _boot(card), f"::{name}"], check=True, capture_output=True)
    return done.stdout.decode("latin-1")


def _boot(card: Path) -> str:
    return f"{card}@@{BOOT_AT}"


def copy(card: Path, out: Path) -> None:
    """Copy a card, holes and all."""
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", card, out], check=True)


def take(card: Path, folder: str, into: Path) -> Path:
    """Copy a folder of the system's partition out, as the next start would find it, and return the copy.

    Works on a copy of the card: what the journal of ext4 still holds is played into that, as a start would.
    Needs root, for the loop device.
    """
    looked_at, mounted, taken = into / "card", into / "mounted", into / Path(folder).name
    into.mkdir(parents=True, exist_ok=True)
    copy(card, looked_at)
    mounted.mkdir()
    subprocess.run(["mount", "-o", f"loop,offset={ROOT_AT}", looked_at, mounted], check=True)
    try:
        # Not shutil: the GPIO library leaves named pipes.
        subprocess.run(["cp", "--archive", mounted / folder, taken], check=True)
    finally:
        subprocess.run(["umount", mounted], check=True)
        mounted.rmdir()
        looked_at.unlink()
    return taken
