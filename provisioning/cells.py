"""What each cell of a room list must be, column by column, and what to say when it is not."""

import base64
import binascii
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORT = "/dev/ttyAMA0"
READERS = ("pn532",)

_STATION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SCHOOL = re.compile(r"[0-9]{7}(?:[0-9]{7})?")
_PORT = re.compile(r"/dev/[A-Za-z0-9/_.-]+")
_COUNTRY = re.compile(r"[A-Z]{2}")
RAW_WIFI_KEY = re.compile(r"[0-9a-fA-F]{64}")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SSID_BYTES = 32
_ROOM_LETTERS = 64
_PASSPHRASE_LETTERS = range(8, 64)
_SSH_KEY_KINDS = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list: its name, whether every row must fill it, and what is wrong with a cell."""

    name: str
    required: bool
    objection: Callable[[str], str | None]


def _station(cell: str) -> str | None:
    if _STATION.fullmatch(cell):
        return None
    return f"{cell!r} is not a station name; use a-z, 0-9 and hyphens, at most 32, for example st-r101"


def _room(cell: str) -> str | None:
    return None if len(cell) <= _ROOM_LETTERS else f"is longer than {_ROOM_LETTERS} letters; shorten it"


def _school(cell: str) -> str | None:
    if _SCHOOL.fullmatch(cell):
        return None
    return f"{cell!r} is not a CDS code; give all 7 or 14 digits as text (a spreadsheet drops a leading zero)"


def _hostname(cell: str) -> str | None:
    if _HOSTNAME.fullmatch(cell):
        return None
    return (
        f"{cell!r} is not a host name; use letters, digits and inner hyphens, at most 63 (RFC 1123), no dots"
    )


def _server(cell: str) -> str | None:
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


def _reader(cell: str) -> str | None:
    return None if cell in READERS else f"{cell!r} is not a reader we know; use one of: {', '.join(READERS)}"


def _port(cell: str) -> str | None:
    if _PORT.fullmatch(cell) and ".." not in cell:
        return None
    return f"{cell!r} is not a device; give its path, for example {DEFAULT_PORT}"


def _wifi_ssid(cell: str) -> str | None:
    length = len(cell.encode())
    return None if length <= _SSID_BYTES else f"has {length} bytes; a network name has at most {_SSID_BYTES}"


def _wifi_psk(cell: str) -> str | None:
    # The key itself is never repeated in a message: these lines end up in tickets and chats.
    if RAW_WIFI_KEY.fullmatch(cell):
        return None
    if cell.isascii() and len(cell) in _PASSPHRASE_LETTERS:
        return None
    return f"has {len(cell)} letters; a Wi-Fi passphrase has 8 to 63 ASCII letters, a raw key 64 hex digits"


def _wifi_country(cell: str) -> str | None:
    return None if _COUNTRY.fullmatch(cell) else f"{cell!r} is not a country; give two capitals, like US"


def _admin_ssh_key(cell: str) -> str | None:
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


COLUMNS = (
    Column("station", required=True, objection=_station),
    Column("room", required=True, objection=_room),
    Column("school", required=True, objection=_school),
    Column("hostname", required=True, objection=_hostname),
    Column("server", required=True, objection=_server),
    Column("reader", required=True, objection=_reader),
    Column("port", required=False, objection=_port),
    Column("wifi_ssid", required=False, objection=_wifi_ssid),
    Column("wifi_psk", required=False, objection=_wifi_psk),
    Column("wifi_country", required=False, objection=_wifi_country),
    Column("admin_ssh_key", required=False, objection=_admin_ssh_key),
)
_WIFI = ("wifi_ssid", "wifi_psk", "wifi_country")


def objections(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return every (column, what is wrong) of one row, in the order of the columns."""
    found: list[tuple[str, str]] = []
    some_wifi = any(cells.get(name) for name in _WIFI)
    for column in COLUMNS:
        cell = cells.get(column.name, "")
        if not cell:
            if column.required:
                found.append((column.name, "is empty; every row needs it"))
            elif some_wifi and column.name in _WIFI:
                found.append((column.name, f"is empty; a room on Wi-Fi needs {', '.join(_WIFI)}"))
        elif not cell.isprintable():
            found.append((column.name, "holds a letter that cannot be printed; type it again"))
        elif wrong := column.objection(cell):
            found.append((column.name, wrong))
    return found
