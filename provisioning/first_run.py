"""What a card with Raspberry Pi OS bookworm is given, which has no cloud-init, as a function of the room."""

import shlex
import uuid

from provisioning.render import ADMIN, BOOT, template
from provisioning.room import Room, Wifi

# What the kernel is told so that systemd runs our script once, in the middle of an otherwise ordinary start.
ARGUMENTS = (
    f"systemd.run={BOOT}/firstrun.sh",
    "systemd.run_success_action=reboot",
    "systemd.run_failure_action=reboot",
    "systemd.unit=kernel-command-line.target",
)
# Names the connection of a station; any fixed one would do.
_CONNECTIONS = uuid.UUID("6b1f4a5e-4a0f-4a53-9c42-0f5c3a7d9f11")


def first_run(room: Room) -> str:
    """Return `firstrun.sh`; it holds nothing secret, the key of a network is in a file of its own."""
    system = room.system
    return template("firstrun.sh").substitute(
        boot=BOOT,
        admin=ADMIN,
        hostname=shlex.quote(room.hostname),
        ssh_key=shlex.quote(room.admin_ssh_key or ""),
        locale=shlex.quote(system.locale),
        timezone=shlex.quote(system.timezone),
        keyboard=shlex.quote(system.keyboard or ""),
        country=shlex.quote(room.wifi.country if room.wifi else ""),
        arguments=" ".join(shlex.quote(word) for word in ARGUMENTS),
    )


def connection(station: str, wifi: Wifi) -> str:
    """Return NetworkManager's file for a wireless network; it holds its key."""
    return template("wifi.nmconnection").substitute(
        uuid=uuid.uuid5(_CONNECTIONS, station),
        # As numbers: a name may hold whatever a key file takes for its own signs.
        ssid="".join(f"{byte};" for byte in wifi.ssid.encode()),
        hidden="true" if wifi.is_hidden else "false",
        key=wifi.key,
    )
