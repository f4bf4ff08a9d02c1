"""Unpacked packages made a system that starts: what installing them would have written beside."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.pi.emulated.systems import System
from tests.pi.emulated.unpacking import kernel_version

_LAID: Final = Path(__file__).parent / "laid"
# Of some 4,000 kernel modules those a board without a screen, radio or sound can ever load.
_MODULES: Final = """
    arch crypto lib fs/autofs fs/exfat fs/ext4 fs/fat fs/fuse fs/jbd2 fs/mbcache fs/nls fs/overlayfs
    drivers/char/hw_random drivers/i2c drivers/leds drivers/mmc drivers/net/mii drivers/net/phy
    drivers/net/usb drivers/pwm drivers/rtc drivers/tty drivers/usb/common drivers/usb/core drivers/usb/dwc2
    drivers/usb/gadget/udc drivers/usb/phy drivers/usb/roles drivers/watchdog
    net/core net/ipv4 net/ipv6 net/netfilter net/packet net/unix
""".split()
_INSTEAD: Final = {"awk": "gawk", "nc": "nc.openbsd", "which": "which.debianutils"}
# Waits for nothing that a station uses, and takes an emulated board half a minute.
_MASKED: Final = """
    proc-sys-fs-binfmt_misc.automount systemd-binfmt.service
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
    fstrim.timer ldconfig.service systemd-hwdb-update.service systemd-journal-catalog-update.service
    systemd-networkd-wait-online.service
""".split()
FIRST_ACCOUNT: Final = "pi"
_ITS_ID: Final = 1000
_ITS_GROUPS: Final = ("sudo", "dialout", "plugdev", "gpio")


def finish(system: System, root: Path) -> None:
    """Make unpacked files a system that starts: what the packages' own scripts would have written."""
    _trim(root)
    shutil.copytree(_LAID, root, dirs_exist_ok=True)
    _name_accounts(root)
    for name, real in _INSTEAD.items():
        if (root / "usr/bin" / real).exists() and not (root / "usr/bin" / name).exists():
            (root / "usr/bin" / name).symlink_to(real)
    for name in _MASKED:
        (root / "etc/systemd/system" / name).symlink_to("/dev/null")
    # systemctl would ask a program about these that is not there, and nothing else reads them.
    for folder in (root / "etc/init.d", *root.glob("etc/rc?.d")):
        shutil.rmtree(folder)
    subprocess.run(["systemctl", "--quiet", f"--root={root}", "enable", *system.enabled], check=True)
    for place_name in ("boot/firmware", "proc", "sys", "dev", "run", "mnt", "var/log/journal"):
        (root / place_name).mkdir(parents=True, exist_ok=True)
    # Made of all there are by their package's script; cloud-init does not begin without.
    authorities = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
    (root / "etc/ssl/certs/ca-certificates.crt").write_bytes(b"".join(map(Path.read_bytes, authorities)))
    _compile(root)
    # Empty, not missing: each card gets a number of its own, and no questions of a first start.
    (root / "etc/machine-id").write_text("", "ascii")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    init = root / "usr/sbin/init"
    if not init.is_symlink():
        init.symlink_to("../lib/systemd/systemd")


def _trim(root: Path) -> None:
    """Take away the kernel itself and the modules nobody loads: neither is read from the card here."""
    kernel = root / "usr/lib/modules" / kernel_version(root)
    for module in _modules(kernel):
        if not any(module.is_relative_to(kernel / "kernel" / kept) for kept in _MODULES):
            module.unlink()
    subprocess.run(["depmod", "--basedir", root / "usr", kernel.name], check=True)
    shutil.rmtree(root / "usr/lib" / f"linux-image-{kernel.name}")
    for file in (root / "boot").iterdir():
        file.unlink()


def _compile(root: Path) -> None:
    """Compile Python's modules if a Python of the same version is here to do it; else each start does."""
    libraries = next((root / "usr/lib").glob("python3.*"))
    if python := shutil.which(libraries.name):
        packages = root / "usr/lib/python3/dist-packages"
        names: list[str | Path] = ["-m", "compileall", "-q", "-s", root, "-p", "/", libraries, packages]
        subprocess.run(
            [python, "-I", *names], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )


def copy(root: Path, out: Path) -> None:
    """Copy a system's files with their owners and modes."""
    subprocess.run(["cp", "--archive", root, out], check=True)


def _modules(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*.ko*") if file.is_file())


def _name_accounts(root: Path) -> None:
    """Write the accounts that are there before the first start; systemd-sysusers adds the others at it."""
    etc, home = root / "etc", f"/home/{FIRST_ACCOUNT}"
    people = (root / "usr/share/base-passwd/passwd.master").read_text("ascii").replace("root:*:", "root:x:")
    people += f"{FIRST_ACCOUNT}:x:{_ITS_ID}:{_ITS_ID}::{home}:/bin/bash\n"
    (etc / "passwd").write_text(people, "ascii")
    # Root gets in by the console alone, without a word; the first account has none yet.
    secrets = [
        f"{line.split(':')[0]}:{'' if line[:5] == 'root:' else '*'}:20000:0:99999:7:::\n"
        for line in people.splitlines()
    ]
    (etc / "shadow").write_text("".join(secrets), "ascii")
    groups = (root / "usr/share/base-passwd/group.master").read_text("ascii")
    groups += f"gpio:x:997:\n{FIRST_ACCOUNT}:x:{_ITS_ID}:\n"
    for name in _ITS_GROUPS:
        before, colon, after = groups.partition(f"\n{name}:")
        line, newline, rest = after.partition("\n")
        groups = f"{before}{colon}{line}{FIRST_ACCOUNT}{newline}{rest}"
    (etc / "group").write_text(groups, "ascii")
    (etc / "gshadow").write_text("".join(_closed(line) for line in groups.splitlines()), "ascii")
    for name in ("shadow", "gshadow"):
        (etc / name).chmod(0o640)
    place = root / home[1:]
    place.mkdir(parents=True)
    os.chown(place, _ITS_ID, _ITS_ID)


def _closed(group: str) -> str:
    name, _word, _number, members = group.split(":")
    return f"{name}:*::{members}\n"
