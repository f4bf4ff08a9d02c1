"""The documents cloud-init reads on a card's first start, as a pure function of the room."""

from collections.abc import Mapping
from importlib import resources
from string import Template

import yaml

from provisioning.room import Room, Wifi

# Where the boot partition is mounted on Raspberry Pi OS since bookworm.
BOOT = "/boot/firmware"
ADMIN = "rollbook-admin"
REBOOT_FLAG = "/run/rollbook-reboot"


class Quoted(str):
    """Text that is always written between double quotes, so that no YAML reader takes `no` for false."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """YAML with quoted values and every key as plain as its name."""


def _quoted(dumper: _Dumper, text: Quoted) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(Quoted, _quoted)


def user_data(room: Room) -> str:
    """Return cloud-init's `user-data`: host name, one person who may look, serial port, our installer.

    Nothing secret and nobody's name may ever be in it.
    Source: cloud-init's module reference and the rules Raspberry Pi Imager learned in the field.
    """
    system = room.system
    document: dict[str, object] = {
        "hostname": Quoted(room.hostname),
        "manage_etc_hosts": True,
        "locale": Quoted(system.locale),
        "timezone": Quoted(system.timezone),
        "user": _admin(room.admin_ssh_key),
        "ssh_pwauth": False,
        "disable_root": True,
        # A PN532 speaks over the UART; a login prompt on the same pins would talk over it.
        "rpi": {"interfaces": {"serial": {"console": False, "hardware": True}}},
        # No battery behind the clock: signatures of packages may seem to come from the future.
        "apt": {"conf": Quoted('Acquire::Check-Date "false";\n')},
        "runcmd": _commands(room.admin_ssh_key),
        "power_state": {
            "mode": Quoted("reboot"),
            "message": Quoted("rollbook: restarting once with the reader's serial port"),
            "condition": [Quoted("test"), Quoted("-e"), Quoted(REBOOT_FLAG)],
        },
    }
    if system.keyboard:
        document["keyboard"] = {"layout": Quoted(system.keyboard)}
    return "#cloud-config\n" + _yaml(document)


def network_config(room: Room) -> str:
    """Return cloud-init's `network-config`; the wired port always works beside Wi-Fi."""
    network: dict[str, object] = {
        "version": 2,
        "ethernets": {"eth0": {"dhcp4": True, "optional": True}},
    }
    if room.wifi:
        network["wifis"] = {"wlan0": _wlan(room.wifi)}
    return _yaml({"network": network})


def wired_network_config() -> str:
    """Return the `network-config` that stays on a card: the wired port and no key."""
    return _yaml({"network": {"version": 2, "ethernets": {"eth0": {"dhcp4": True, "optional": True}}}})


def meta_data(room: Room, instance: str) -> str:
    """Return cloud-init's `meta-data`; a new `instance` makes it run again on a card already booted."""
    return _yaml(
        {
            "instance-id": Quoted(instance),
            "local-hostname": Quoted(room.hostname),
            "dsmode": Quoted("local"),
        }
    )


def template(name: str) -> Template:
    """Return a file of `provisioning/templates` ready for substitution."""
    return Template(template_text(name))


def template_text(name: str) -> str:
    """Return a file of `provisioning/templates` as it is."""
    return (resources.files("provisioning") / "templates" / name).read_text(encoding="utf-8")


def _admin(ssh_key: str | None) -> dict[str, object]:
    # Singular `user:` keeps the image's own groups; without `sudo: null` it would inherit password-less root.
    admin: dict[str, object] = {"name": Quoted(ADMIN), "lock_passwd": True, "sudo": None}
    if ssh_key:
        admin["ssh_authorized_keys"] = [Quoted(ssh_key)]
    return admin


def _commands(ssh_key: str | None) -> list[list[Quoted]]:
    # cloud-init writes the key but does not start the server that reads it.
    ssh = [["systemctl", "enable", "--now", "ssh"]] if ssh_key else []
    commands = [*ssh, ["sh", f"{BOOT}/rollbook/install.sh"]]
    return [[Quoted(word) for word in command] for command in commands]


def _wlan(wifi: Wifi) -> dict[str, object]:
    point: dict[str, object] = {"password": Quoted(wifi.key)}
    if wifi.is_hidden:
        point["hidden"] = True
    return {
        "dhcp4": True,
        "optional": True,
        "regulatory-domain": Quoted(wifi.country),
        "access-points": {Quoted(wifi.ssid): point},
    }


def _yaml(document: Mapping[str, object]) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return text
