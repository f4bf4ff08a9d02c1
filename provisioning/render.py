"""The text of a station's boot files and settings, as a pure function of its room."""

import json
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

    It stays on the card in clear text after the first boot, so nothing secret may ever be in it.
    Source: cloud-init's module reference and the rules Raspberry Pi Imager learned in the field.
    """
    document: dict[str, object] = {
        "hostname": Quoted(room.hostname),
        "manage_etc_hosts": True,
        "timezone": Quoted("Etc/UTC"),
        "user": _admin(room.admin_ssh_key),
        "ssh_pwauth": False,
        "disable_root": True,
        # A PN532 speaks over the UART; a login prompt on the same pins would talk over it.
        "rpi": {"interfaces": {"serial": {"console": False, "hardware": True}}},
        # No battery behind the clock: signatures of packages may seem to come from the future.
        "apt": {"conf": Quoted('Acquire::Check-Date "false";\n')},
        "write_files": [
            {
                "path": Quoted("/etc/systemd/journald.conf.d/rollbook.conf"),
                "permissions": Quoted("0644"),
                # The card wears by writing; what must survive a power cut stands in the station's journal.
                "content": Quoted("[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n"),
            }
        ],
        "runcmd": _commands(room.admin_ssh_key),
        "power_state": {
            "mode": Quoted("reboot"),
            "message": Quoted("rollbook: restarting once with the reader's serial port"),
            "condition": [Quoted("test"), Quoted("-e"), Quoted(REBOOT_FLAG)],
        },
    }
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


def meta_data(room: Room, instance: str) -> str:
    """Return cloud-init's `meta-data`; a new `instance` makes it run again on a card already booted."""
    return _yaml(
        {
            "instance-id": Quoted(instance),
            "local-hostname": Quoted(room.hostname),
            "dsmode": Quoted("local"),
        }
    )


def station_toml(room: Room, key_id: str) -> str:
    """Return the settings of `rollbook-station`; `key_id` names the school key that makes tokens."""
    return template("station.toml").substitute(
        station=_toml(room.station),
        school=_toml(room.school),
        key_id=_toml(key_id),
        reader=_toml(room.reader),
        port=_toml(room.port),
    )


def sync_toml(room: Room) -> str:
    """Return the settings of `rollbook-sync`."""
    return template("sync.toml").substitute(station=_toml(room.station), server=_toml(room.server))


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
    return {
        "dhcp4": True,
        "optional": True,
        "regulatory-domain": Quoted(wifi.country),
        "access-points": {Quoted(wifi.ssid): {"password": Quoted(wifi.key)}},
    }


def _yaml(document: Mapping[str, object]) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return text


def _toml(text: str) -> str:
    # Of printable text JSON escapes exactly the quote and the backslash, as TOML does.
    return json.dumps(text, ensure_ascii=False)
