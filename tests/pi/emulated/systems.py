"""The two systems a station may run on, as Debian has them for arm64."""

from dataclasses import dataclass
from typing import Final

_BOTH: Final = """
    adduser apt base-files base-passwd bash busybox-static ca-certificates coreutils dash dbus diffutils
    e2fsprogs findutils gawk grep gzip hostname init-system-helpers iproute2 iputils-ping kmod libc-bin
    libnss-systemd libpam-modules libpam-modules-bin libpam-runtime libpam-systemd libusb-1.0-0
    linux-image-arm64 login mount ncurses-base netbase passwd procps python3 python3-venv sed sqlite3
    systemd systemd-sysv systemd-timesyncd tar tzdata udev util-linux
""".split()


@dataclass(frozen=True, slots=True)
class System:
    """A release of Debian: its packages, and what would have been switched on by installing them."""

    name: str
    packages: tuple[str, ...]
    enabled: tuple[str, ...]


_ENABLED: Final = ("systemd-networkd.service", "systemd-timesyncd.service")

# Of cloud-init.
_STAGES: Final = ("init-local", "init-main", "init-network", "config", "final")

BOOKWORM: Final = System("bookworm", tuple(_BOTH), _ENABLED)
TRIXIE: Final = System(
    "trixie",
    (*_BOTH, "cloud-init", "login.defs", "python3-rpi.gpio"),
    (*_ENABLED, *(f"cloud-{name}.service" for name in _STAGES)),
)
SYSTEMS: Final = {system.name: system for system in (BOOKWORM, TRIXIE)}
