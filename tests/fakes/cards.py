"""Cards as Raspberry Pi Imager leaves them: the files of a boot partition, as far as we look at them."""

from pathlib import Path

CMDLINE = (
    "console=serial0,115200 console=tty1 root=PARTUUID=4e639091-02 rootfstype=ext4 fsck.repair=yes rootwait"
)
CONFIG = "# For more options see http://rptl.io/configtxt\ndtparam=audio=on\n\n[all]\n"


def trixie(folder: Path) -> Path:
    """Make the boot partition of a card whose system has cloud-init; return its folder."""
    boot = _firmware(folder, f"{CMDLINE} resize\n")
    (boot / "meta-data").write_text("dsmode: local\ninstance_id: rpios-image\n", encoding="utf-8")
    for name in ("user-data", "network-config"):
        (boot / name).write_text("# A comment.\n" * 40, encoding="utf-8")
    return boot


def bookworm(folder: Path) -> Path:
    """Make the boot partition of a card whose system has no cloud-init; return its folder."""
    return _firmware(folder, f"{CMDLINE} quiet init=/usr/lib/raspberrypi-sys-mods/firstboot\n")


def _firmware(folder: Path, line: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cmdline.txt").write_text(line, encoding="utf-8")
    (folder / "config.txt").write_text(CONFIG, encoding="utf-8")
    for name in ("bootcode.bin", "start4.elf", "kernel8.img"):
        (folder / name).write_bytes(name.encode() * 100)
    return folder
