"""One room of the list and the station that is to hang in it, as typed values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from provisioning.network_cells import RAW_WIFI_KEY
from provisioning.system_cells import READERS, TRIXIE


@dataclass(frozen=True, slots=True)
class Wifi:
    """The wireless network of a room; `key` is 64 hex digits, never the passphrase it came from."""

    ssid: str
    key: str = field(repr=False)
    country: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class System:
    """Which Raspberry Pi OS the card holds, and how it is set up; None leaves what the image has."""

    name: str = TRIXIE
    locale: str = "C.UTF-8"
    timezone: str = "Etc/UTC"
    keyboard: str | None = None
    rtc: str | None = None


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
    system: System


# A school has a handful of networks and hundreds of rooms; deriving a key is slow on purpose.
@lru_cache(maxsize=64)
def wifi_key(passphrase: str, ssid: str) -> str:
    """Derive the 64 hex digits a WPA network expects, so that no passphrase is written to a card.

    A value that already is 64 hex digits is the key itself. Source: IEEE 802.11, annex J.4.
    """
    if RAW_WIFI_KEY.fullmatch(passphrase):
        return passphrase.lower()
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), ssid.encode(), 4096, 32).hex()


def room(cells: Mapping[str, str]) -> Room:
    """Make the typed room of one row that has no objections."""
    reader = cells["reader"]
    return Room(
        station=cells["station"],
        room=cells["room"],
        school=cells["school"],
        hostname=cells["hostname"],
        server=cells["server"],
        reader=reader,
        port=cells.get("port") or READERS[reader],
        wifi=_wifi(cells),
        admin_ssh_key=_without_comment(cells.get("admin_ssh_key", "")),
        system=System(
            name=cells.get("os") or TRIXIE,
            locale=cells.get("locale") or "C.UTF-8",
            timezone=cells.get("timezone") or "Etc/UTC",
            keyboard=cells.get("keyboard") or None,
            rtc=cells.get("rtc") or None,
        ),
    )


def _wifi(cells: Mapping[str, str]) -> Wifi | None:
    ssid = cells.get("wifi_ssid")
    if not ssid:
        return None
    key = wifi_key(cells["wifi_psk"], ssid)
    return Wifi(ssid, key, cells["wifi_country"], is_hidden=cells.get("wifi_hidden") == "yes")


def _without_comment(ssh_key: str) -> str | None:
    # The third word is somebody's name or address, and the card is readable by whoever takes it.
    return " ".join(ssh_key.split()[:2]) or None
