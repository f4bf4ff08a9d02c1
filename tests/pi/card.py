"""IT's desk: rooms into tokens, tokens into bundles, a bundle onto the boot partition of a card."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo import school as made_up
from demo.programs import run
from demo.school import Section
from provisioning.system_cells import BOOKWORM, TRIXIE
from tests.fakes.provisioning import write_csv
from tests.pi.release import Releases
from tests.pi.school import LiveSchool

SYSTEMS: Final = (BOOKWORM, TRIXIE)
_COMMAND_LINE: Final = (
    "console=serial0,115200 console=tty1 root=/dev/mmcblk0p2 rootfstype=ext4 fsck.repair=yes rootwait"
    " net.ifnames=0\n"
)
_CONFIG: Final = "# As the image has it.\ndtparam=audio=on\n\n[all]\n"
# By these a boot partition is known as one; the emulated firmware needs none of them.
_FIRMWARE: Final = ("bootcode.bin", "start.elf", "kernel8.img")


@dataclass(frozen=True, slots=True)
class Desk:
    """Works with the programs alone, as IT does; its papers lie in `folder`."""

    school: LiveSchool
    releases: Releases
    folder: Path

    @property
    def bundles(self) -> Path:
        """Where the bundles are, a folder for each station."""
        return self.folder / "bundles"

    def bundle(self, section: Section, system: str, address: str) -> Path:
        """Enlist a class's room and build its bundle; return the bundle's folder.

        `address` is the `host:port` under which the station reaches central.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        rooms = write_csv(self.folder / f"rooms-{section.station}.csv", [_row(section, system, address)])
        enrolment = self.folder / f"enrolment-{section.station}.json"
        trusted = ("--server", f"https://{address}", "--release-root", str(self.releases.root))
        self.school.office.central("enlist", "make", str(rooms), "--out", str(enrolment), *trusted)
        carried = (
            f"--school-key={self.school.school_key}",
            f"--ca-file={self.school.authority.file}",
            f"--release={self.releases.signed}",
        )
        named = (str(rooms), section.station, f"--enrolment={enrolment}", f"--out={self.bundles}")
        run(["rollbook-provision", "bundle", *named, *carried])
        run(["rollbook-provision", "verify", str(self.bundles / section.station)])
        return self.bundles / section.station


def boot_partition(bundle: Path, system: str, folder: Path) -> Path:
    """Return `folder` with all a card's boot partition holds once IT has written a bundle to it.

    Before that it holds what an image of `system` has there, as far as anything of it is read.
    """
    folder.mkdir(parents=True)
    (folder / "cmdline.txt").write_text(_COMMAND_LINE, encoding="ascii")
    (folder / "config.txt").write_text(_CONFIG, encoding="ascii")
    for name in _FIRMWARE:
        (folder / name).write_text(f"{name}: only its name is looked at\n", encoding="ascii")
    if system == TRIXIE:
        for name in ("user-data", "network-config", "meta-data"):
            (folder / name).write_text("# as the image has it\n", encoding="ascii")
    run(["rollbook-provision", "write", str(bundle), str(folder)])
    return folder


def _row(section: Section, system: str, address: str) -> dict[str, str]:
    return {
        "station": section.station,
        "room": section.room,
        "school": made_up.CODE,
        "hostname": section.station,
        "server": f"https://{address}",
        "reader": "pn532",
        "os": system,
    }
