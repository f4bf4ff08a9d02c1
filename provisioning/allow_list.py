"""The keys and types our cloud-init documents may have; anything else is a mistake that boots silently."""

from collections.abc import Iterator, Mapping

_COMMAND = [str]
USER_DATA: Mapping[str, object] = {
    "hostname": str,
    "manage_etc_hosts": bool,
    "locale": str,
    "timezone": str,
    "keyboard": {"layout": str},
    "user": {"name": str, "lock_passwd": bool, "sudo": type(None), "ssh_authorized_keys": [str]},
    "ssh_pwauth": bool,
    "disable_root": bool,
    "rpi": {"interfaces": {"serial": {"console": bool, "hardware": bool}}},
    "apt": {"conf": str},
    "runcmd": [_COMMAND],
    "power_state": {"mode": str, "message": str, "condition": _COMMAND},
}
META_DATA: Mapping[str, object] = {"instance-id": str, "local-hostname": str, "dsmode": str}
_LINK = {"dhcp4": bool, "optional": bool}
NETWORK: Mapping[str, object] = {
    "network": {
        "version": int,
        "ethernets": {"eth0": _LINK},
        "wifis": {
            "wlan0": {
                **_LINK,
                "regulatory-domain": str,
                "access-points": {str: {"password": str, "hidden": bool}},
            }
        },
    }
}
# What stays on the card has no place for a wireless network at all.
WIRED_NETWORK: Mapping[str, object] = {"network": {"version": int, "ethernets": {"eth0": _LINK}}}
# A NetworkManager key file is text throughout.
CONNECTION: Mapping[str, object] = {
    "connection": {"id": str, "uuid": str, "type": str, "interface-name": str},
    "wifi": {"mode": str, "ssid": str, "hidden": str},
    "wifi-security": {"key-mgmt": str, "psk": str},
    "ipv4": {"method": str},
    "ipv6": {"addr-gen-mode": str, "method": str},
}
# Without these a card boots into something else than a station.
NEEDED = {
    "user-data": (
        "hostname",
        "user.name",
        "user.lock_passwd",
        "user.sudo",
        "rpi.interfaces.serial",
        "runcmd",
    ),
    "network-config": ("network.version", "network.ethernets.eth0"),
    "rollbook/network-config.wired": ("network.version", "network.ethernets.eth0"),
    "rollbook/wifi.nmconnection": ("connection.type", "wifi.ssid", "wifi-security.psk"),
    "meta-data": ("instance-id",),
}


def objections(value: object, allowed: object, where: str = "") -> Iterator[str]:
    """Yield what in `value` is not allowed: unknown keys and wrong types, each with its path.

    `allowed` is a type, a list of one shape, or a mapping of keys (or `str` for any key) to shapes.
    """
    if isinstance(allowed, Mapping):
        yield from _table(value, allowed, where)
    elif isinstance(allowed, list):
        if not isinstance(value, list):
            yield f"{where} must be a list"
            return
        for number, item in enumerate(value):
            yield from objections(item, allowed[0], f"{where}[{number}]")
    elif type(value) is not allowed:
        # Exact on purpose: to YAML `yes` is true and 0644 is 420, to Python True is an int.
        yield f"{where} is {type(value).__name__}, must be {getattr(allowed, '__name__', allowed)}"


def missing(value: object, document: str) -> Iterator[str]:
    """Yield the paths a document needs and does not have."""
    for path in NEEDED[document]:
        at = value
        for key in path.split("."):
            if not isinstance(at, Mapping) or key not in at:
                yield f"{path} is missing"
                break
            at = at[key]


def _table(value: object, allowed: Mapping[object, object], where: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where or 'the document'} must be a table"
        return
    for key, item in value.items():
        path = f"{where}.{key}" if where else str(key)
        shape = allowed.get(key, allowed.get(str)) if isinstance(key, str) else None
        if shape is None:
            yield f"{path} is not a key we use"
        else:
            yield from objections(item, shape, path)
