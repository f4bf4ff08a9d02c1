"""One room of the list and the station that is to hang in it, as typed values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from provisioning.cells import DEFAULT_PORT, RAW_WIFI_KEY


@dataclass(frozen=True, slots=True)
class Wifi:
    """The wireless network of a room; `key` is 64 hex digits, never the passphrase it came from."""

    ssid: str
    key: str = field(repr=False)
    country: str


@dataclass(frozen=True, slots=True)
class Room:
    """One room and the station that is to hang in it."""

    station: str
    room: str
    school: str
    hostname: str
    server: str
    reader: str
    port: str
    wifi: Wifi | None
    admin_ssh_key: str | None


def wifi_key(passphrase: str, ssid: str) -> str:
    """Derive the 64 hex digits a WPA network expects, so that no passphrase is written to a card.

    A value that already is 64 hex digits is the key itself. Source: IEEE 802.11, annex J.4.
    """
    if RAW_WIFI_KEY.fullmatch(passphrase):
        return passphrase.lower()
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), ssid.encode(), 4096, 32).hex()


def room(cells: Mapping[str, str]) -> Room:
    """Make the typed room of one row that has no objections."""
    ssid = cells.get("wifi_ssid")
    wifi = Wifi(ssid, wifi_key(cells["wifi_psk"], ssid), cells["wifi_country"]) if ssid else None
    return Room(
        station=cells["station"],
        room=cells["room"],
        school=cells["school"],
        hostname=cells["hostname"],
        server=cells["server"],
        reader=cells["reader"],
        port=cells.get("port") or DEFAULT_PORT,
        wifi=wifi,
        admin_ssh_key=cells.get("admin_ssh_key") or None,
    )
