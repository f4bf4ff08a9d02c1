"""What the cells about a room's wireless network and about who may log in must be."""

import base64
import binascii
import re
import struct

RAW_WIFI_KEY = re.compile(r"[0-9a-fA-F]{64}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SSID_BYTES = 32
_PASSPHRASE_LETTERS = range(8, 64)
_PASSPHRASE = re.compile(r"[ -~]*")
_SSH_KEY_KINDS = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)


def ssid(cell: str) -> str | None:
    """Object to a network name of more bytes than the standard has room for."""
    length = len(cell.encode())
    return None if length <= _SSID_BYTES else f"has {length} bytes; a network name has at most {_SSID_BYTES}"


def psk(cell: str) -> str | None:
    """Object to what is neither a passphrase nor a key, without repeating it.

    Such lines end up in tickets and chats.
    """
    if RAW_WIFI_KEY.fullmatch(cell):
        return None
    if _PASSPHRASE.fullmatch(cell) and len(cell) in _PASSPHRASE_LETTERS:
        return None
    return (
        f"has {len(cell)} letters; a Wi-Fi passphrase has 8 to 63 ASCII letters, a raw key 64 hex digits"
        " (a network where each person logs in cannot be used: take the cable, or a network with one key)"
    )


def hidden(cell: str) -> str | None:
    """Object to anything but yes and no."""
    return (
        None if cell in {"yes", "no"} else f"{cell!r} is neither yes nor no; yes for a network without a name"
    )


def country(cell: str) -> str | None:
    """Object to what is no country code of two capitals."""
    if cell == "UK":
        return "'UK' is not a country to a radio; the code of the United Kingdom is GB"
    return None if _COUNTRY.fullmatch(cell) else f"{cell!r} is not a country; give two capitals, like US"


def admin_ssh_key(cell: str) -> str | None:
    """Object to what is no line of a public SSH key, or one cut short."""
    wanted = f"is not a public SSH key; paste the one line of a .pub file ({_SSH_KEY_KINDS[0]} AAAA... name)"
    kind, _, rest = cell.partition(" ")
    if kind not in _SSH_KEY_KINDS:
        return wanted
    try:
        blob = base64.b64decode(rest.split(" ", 1)[0], validate=True)
    except binascii.Error:
        return wanted
    # The blob repeats its own kind, so a key cut short in the middle of a copy is seen here.
    return None if blob.startswith(struct.pack(">I", len(kind)) + kind.encode()) else wanted
