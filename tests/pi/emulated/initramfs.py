"""What the kernel runs first: a busybox that loads the modules for the card and mounts it."""

import gzip
import lzma
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

# The card, the file systems on it, the cable, and what a station may ask of its board.
WANTED: Final = """
    bcm2835 sdhci_iproc ext4 crc32c_generic vfat nls_cp437 nls_ascii dwc2 cdc_ether rndis_host
    bcm2835_wdt bcm2835_rng
""".split()
_FOLDERS: Final = ("bin", "dev", "proc", "sys", "card", "modules")
_INIT: Final = """\
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in $($b ls /modules); do $b insmod "/modules/$module"; done
root=
for word in $($b cat /proc/cmdline); do
    case $word in
        root=*) root=${word#root=} ;;
        # A board with a battery clock knows the time before anything asks.
        board.clock=*) $b date -u -s "@${word#board.clock=}" ;;
    esac
done
while [ ! -b "$root" ]; do $b usleep 20000; done
$b mount -t ext4 "$root" /card
$b mount --move /dev /card/dev
$b umount /proc /sys
exec $b switch_root /card /sbin/init
"""


def module_name(path: str) -> str:
    """Return what a module's file is called in lists of modules."""
    return PurePosixPath(path).name.split(".ko")[0].replace("-", "_")


def load_order(dependencies: str, builtin: str, wanted: Iterable[str]) -> Sequence[str]:
    """Return the files to load, each after all it needs, from the texts of modules.dep and modules.builtin.

    What the kernel has built in is not loaded. Errors: ValueError for a module that is in neither.
    """
    needs: Mapping[str, Sequence[str]] = {
        path: rest.split()
        for path, _colon, rest in (line.partition(":") for line in dependencies.splitlines())
    }
    files = {module_name(path): path for path in needs}
    has = {module_name(line) for line in builtin.split()}
    order: list[str] = []
    for name in wanted:
        if name in has:
            continue
        if name not in files:
            msg = f"this kernel has no module {name}; is it of another version?"
            raise ValueError(msg)
        # depmod names what is needed directly first and what that needs behind it.
        for path in (*reversed(needs[files[name]]), files[name]):
            if path not in order:
                order.append(path)
    return order


def write(root: Path, kernel: str, out: Path) -> None:
    """Write the archive for a kernel version from a system's files, busybox-static among them."""
    folder = root / "usr/lib/modules" / kernel
    needs, builtin = ((folder / name).read_text("ascii") for name in ("modules.dep", "modules.builtin"))
    entries = [(name, 0o040755, b"") for name in _FOLDERS]
    entries.append(("bin/busybox", 0o100755, (root / "usr/bin/busybox").read_bytes()))
    entries.append(("init", 0o100755, _INIT.encode("ascii")))
    for number, path in enumerate(load_order(needs, builtin, WANTED)):
        content = (folder / path).read_bytes()
        if path.endswith(".xz"):
            content = lzma.decompress(content)
        entries.append((f"modules/{number:03}_{module_name(path)}.ko", 0o100644, content))
    out.write_bytes(gzip.compress(archive(entries), compresslevel=1, mtime=0))


def archive(entries: Iterable[tuple[str, int, bytes]]) -> bytes:
    """Return a cpio archive (newc) of entries: a path, its mode, its bytes; all root's, all of 1970."""
    whole = bytearray()
    for number, (path, mode, content) in enumerate((*entries, ("TRAILER!!!", 0, b"")), 1):
        name = path.encode("ascii") + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        whole += b"070701" + "".join(f"{field:08x}" for field in fields).encode("ascii") + name
        whole += bytes(-len(whole) % 4) + content
        whole += bytes(-len(whole) % 4)
    return bytes(whole)
