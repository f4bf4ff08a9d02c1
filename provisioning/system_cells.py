"""What the cells about a station, its reader and its operating system must be."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

TRIXIE, BOOKWORM = "trixie", "bookworm"
SYSTEMS: Final = (TRIXIE, BOOKWORM)
# Each reader with the port it has where the list names none.
READERS: Final[Mapping[str, str]] = {"pn532": "/dev/ttyAMA0", "nfc-usb": "usb", "rdm6300": "/dev/ttyUSB0"}
CLOCKS: Final = ("ds3231",)

_STATION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SCHOOL = re.compile(r"[0-9]{7}(?:[0-9]{7})?", re.ASCII)
_DROPPED_ZERO = re.compile(r"[0-9]{6}(?:[0-9]{7})?", re.ASCII)
_SCIENTIFIC = re.compile(r"[0-9][.,][0-9]+E\+[0-9]+", re.ASCII)
_COUNTIES = range(1, 59)
_DEVICE = re.compile(r"/dev/[A-Za-z0-9/_.-]+|usb(?::[0-9a-fA-F]{4}:[0-9a-fA-F]{4}|:[0-9]{1,3}:[0-9]{1,3})?")
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}\.UTF-8|C\.UTF-8")
_TIMEZONE = re.compile(r"[A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}")
_KEYBOARD = re.compile(r"[a-z]{2,5}")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ROOM_LETTERS = 64


def station(cell: str) -> str | None:
    """Object to what cannot name a station for ever."""
    if _STATION.fullmatch(cell):
        return None
    return f"{cell!r} is not a station name; use a-z, 0-9 and hyphens, at most 32, for example st-r101"


def room(cell: str) -> str | None:
    """Object to the name of a room that fits no sign."""
    return None if len(cell) <= _ROOM_LETTERS else f"is longer than {_ROOM_LETTERS} letters; shorten it"


def school(cell: str) -> str | None:
    """Object to what is no CDS code, and tell what a spreadsheet did to it."""
    if _DROPPED_ZERO.fullmatch(cell):
        return (
            f"{cell!r} lost its first zero to the spreadsheet; format the column as text and write '0{cell}'"
        )
    if _SCIENTIFIC.fullmatch(cell):
        return f"{cell!r} was rounded by the spreadsheet; format the column as text and type the code again"
    if not _SCHOOL.fullmatch(cell):
        return f"{cell!r} is not a CDS code; give all 7 or 14 digits as text"
    if int(cell[:2]) not in _COUNTIES:
        return f"{cell!r} is not a CDS code; it begins with the county, 01 to 58"
    return None


def hostname(cell: str) -> str | None:
    """Object to what a network cannot call a machine by."""
    if cell.casefold() == "localhost":
        return f"{cell!r} is every machine's name for itself; give the station one of its own"
    if _HOSTNAME.fullmatch(cell):
        return None
    return (
        f"{cell!r} is not a host name; use letters, digits and inner hyphens, at most 63 (RFC 1123), no dots"
    )


def server(cell: str) -> str | None:
    """Object to an address that is no plain https://name or https://name:port."""
    wanted = f"{cell!r} is not a server address; give https://name or https://name:port and nothing after it"
    try:
        parts = urlsplit(cell)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return wanted
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if not host or not bare or parts.scheme not in {"https", "http"}:
        return wanted
    if parts.scheme == "http" and host not in _LOOPBACK:
        return f"{cell!r} is not encrypted; use https (http is for this same machine only)"
    return None


def reader(cell: str) -> str | None:
    """Object to a reader the station does not know."""
    return None if cell in READERS else f"{cell!r} is not a reader we know; use one of: {', '.join(READERS)}"


def port(cell: str) -> str | None:
    """Object to what no reader can be opened by."""
    if _DEVICE.fullmatch(cell) and ".." not in cell:
        return None
    return f"{cell!r} is not a device; give its path, for example {READERS['pn532']}"


def system(cell: str) -> str | None:
    """Object to a system no bundle is made for."""
    return None if cell in SYSTEMS else f"{cell!r} is not a system we know; use one of: {', '.join(SYSTEMS)}"


def locale(cell: str) -> str | None:
    """Object to a locale that is not UTF-8."""
    return None if _LOCALE.fullmatch(cell) else f"{cell!r} is not a locale; give one like en_US.UTF-8"


def timezone(cell: str) -> str | None:
    """Object to what is no name of a time zone; whether it exists is not known everywhere."""
    return (
        None
        if _TIMEZONE.fullmatch(cell)
        else f"{cell!r} is not a time zone; give one like America/Los_Angeles"
    )


def keyboard(cell: str) -> str | None:
    """Object to what is no keyboard layout."""
    return None if _KEYBOARD.fullmatch(cell) else f"{cell!r} is not a keyboard; give its layout, like us"


def clock(cell: str) -> str | None:
    """Object to a battery clock nobody tried."""
    return None if cell in CLOCKS else f"{cell!r} is not a clock we know; use one of: {', '.join(CLOCKS)}"
